package hostile

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
)

// Grants that are tied to the resources of another file.
var externalScenarios = []Scenario{
	{Name: "another file without a match", Build: matching()},
	{Name: "another file: all users", Build: matching(carrier(&v2.ExternalResourceMatchAll{ResourceType: v2.ResourceType_TRAIT_USER}))},
	{Name: "another file: all groups", Build: matching(carrier(&v2.ExternalResourceMatchAll{ResourceType: v2.ResourceType_TRAIT_GROUP}))},
	{Name: "another file: all apps, which are not matched", Build: matching(carrier(&v2.ExternalResourceMatchAll{ResourceType: v2.ResourceType_TRAIT_APP}))},
	{Name: "another file: by id", Build: matching(carrier(&v2.ExternalResourceMatchID{Id: "ext1"}))},
	{Name: "another file: by an id of nobody", Build: matching(carrier(&v2.ExternalResourceMatchID{Id: "gone"}))},
	{Name: "another file: by e-mail", Build: matching(carrier(byKey(v2.ResourceType_TRAIT_USER, "email", "EXT1@x.test")))},
	{Name: "another file: by the e-mail of a profile", Build: matching(carrier(byKey(v2.ResourceType_TRAIT_USER, "email", "profile@x.test")))},
	{Name: "another file: by profile", Build: matching(carrier(byKey(v2.ResourceType_TRAIT_USER, "department", "SALES")))},
	{Name: "another file: by Greek letters", Build: matching(carrier(byKey(v2.ResourceType_TRAIT_USER, "name", "στεφανος")))},
	{Name: "another file: by a dotted İ", Build: matching(carrier(byKey(v2.ResourceType_TRAIT_USER, "name", "istanbul")))},
	{Name: "another file: by a number in a profile", Build: matching(carrier(byKey(v2.ResourceType_TRAIT_USER, "number", "7")))},
	{Name: "another file: by the profile of a group", Build: matching(carrier(byKey(v2.ResourceType_TRAIT_GROUP, "department", "sales")))},
	{Name: "another file: by a trait that is not matched", Build: matching(carrier(byKey(v2.ResourceType_TRAIT_APP, "department", "sales")))},
	{Name: "another file: by nothing", Build: matching(carrier(byKey(v2.ResourceType_TRAIT_USER, "department", "nobody")))},
	{Name: "another file: several matches of a grant", Build: matching(carrier(
		&v2.ExternalResourceMatchID{Id: "ext2"}, byKey(v2.ResourceType_TRAIT_USER, "department", "sales")))},
	{Name: "another file: the same principal twice", Build: matching(
		carrier(&v2.ExternalResourceMatchID{Id: "ext1"}), carrier(byKey(v2.ResourceType_TRAIT_USER, "email", "ext1@x.test")))},
	{Name: "another file: an expandable grant", Build: matching(carrier(&v2.ExternalResourceMatchID{Id: "team"}, expands("bid:e:placeholder/p0:member")))},
	{Name: "another file: an expandable grant by profile", Build: matching(
		carrier(byKey(v2.ResourceType_TRAIT_GROUP, "department", "sales"), expands("bid:e:placeholder/p0:member")))},
	{Name: "another file: an expandable grant of an entitlement that is missing there", Build: matching(
		carrier(&v2.ExternalResourceMatchID{Id: "team"}, expands("bid:e:placeholder/p0:gone")))},
	{Name: "another file: an expandable grant whose entitlement is not a bid", Build: matching(
		carrier(&v2.ExternalResourceMatchID{Id: "team"}, expands("team:member")))},
	{Name: "another file: a malformed match", Fails: true, Build: func() *World {
		broken := carrier(&v2.ExternalResourceMatchID{Id: "ext1"})
		broken.Annotations[0].Value = []byte{0xff}
		return matching(broken)()
	}},
	{Name: "another file: resources that are also listed", Build: changed(matching(), func(w *World) {
		w.Add(Types, "", resourceType("person", userTrait))
		w.Add(Resources, "person", resource("person", "ext1", &v2.UserTrait{}), resource("person", "own", &v2.UserTrait{}))
	})},
	{Name: "another file: grants to its types", Build: changed(matching(), func(w *World) {
		w.Add(Grants, "group:g1", memberOf("g1", id("person", "ext1")), memberOf("g1", id("tool", "app")))
	})},
	{Name: "another file: apps", Build: changed(matching(carrier(&v2.ExternalResourceMatchAll{ResourceType: v2.ResourceType_TRAIT_APP})), func(w *World) {
		w.Options.ExternalTraits = []v2.ResourceType_Trait{v2.ResourceType_TRAIT_APP, v2.ResourceType_TRAIT_GROUP}
	})},
	{Name: "another file: who has an entitlement", Build: changed(matching(carrier(&v2.ExternalResourceMatchAll{ResourceType: v2.ResourceType_TRAIT_USER})), func(w *World) {
		w.Options.ExternalEntitlement = entitlementID(id("crew", "team"), "member")
	})},
	{Name: "another file: who has an entitlement that it lacks", Fails: true, Build: changed(matching(), func(w *World) {
		w.Options.ExternalEntitlement = "gone"
	})},
	{Name: "another file, and some types alone", Build: changed(matching(carrier(&v2.ExternalResourceMatchID{Id: "ext1"})), func(w *World) {
		w.Options.ResourceTypes = []string{"group"}
	})},
	{Name: "another file, and a target", Build: changed(matching(carrier(&v2.ExternalResourceMatchID{Id: "ext1"})), func(w *World) { aim(w, target("group", "g1")) })},
	{Name: "another file, and resources alone", Build: changed(matching(), func(w *World) { w.Options.SkipEntitlementsAndGrants = true })},
}

// carrier grants membership to whoever of the other file matches. Each has a placeholder of its own as its principal.
func carrier(annotations ...proto.Message) *v2.Grant {
	return memberOf("g1", id("placeholder", "p0"), annotations...)
}

func byKey(trait v2.ResourceType_Trait, key, value string) *v2.ExternalResourceMatch {
	return &v2.ExternalResourceMatch{ResourceType: trait, Key: key, Value: value}
}

// matching is small with grants of a group, and another file.
func matching(carriers ...*v2.Grant) func() *World {
	return inSmall(func(w *World) {
		w.Add(Types, "", resourceType("placeholder", groupTrait))
		for i, each := range carriers {
			// As the annotations say nothing of the id, each needs one.
			each := proto.Clone(each).(*v2.Grant)
			each.Id += " " + string(rune('a'+i))
			w.Add(Grants, "group:g1", each)
		}
		w.Options.External = others()
	})
}

// others is what the other file is a sync of: people, a team with members, and an app.
func others() *World {
	w := NewWorld()
	w.Add(Types, "", resourceType("person", userTrait), resourceType("crew", groupTrait), resourceType("tool", []v2.ResourceType_Trait{v2.ResourceType_TRAIT_APP}))
	profile := func(key, value string) *structpb.Struct {
		return &structpb.Struct{Fields: map[string]*structpb.Value{key: structpb.NewStringValue(value)}}
	}
	for i, trait := range []*v2.UserTrait{
		{Emails: []*v2.UserTrait_Email{{Address: "ext1@x.test", IsPrimary: true}}, Profile: profile("department", "sales")},
		{Profile: profile("email", "profile@x.test")},
		{Profile: profile("name", "ΣΤΕΦΑΝΟΣ")},
		{Profile: profile("name", "İSTANBUL")},
		{Profile: &structpb.Struct{Fields: map[string]*structpb.Value{"number": structpb.NewNumberValue(7)}}},
	} {
		w.Add(Resources, "person", resource("person", "ext"+string(rune('1'+i)), trait))
	}
	team := resource("crew", "team", &v2.GroupTrait{Profile: profile("department", "Sales")})
	w.Add(Resources, "crew", team)
	w.Add(Resources, "tool", resource("tool", "app", &v2.AppTrait{Profile: profile("department", "sales")}))
	w.Add(Entitlements, "crew:team", entitlement(team, "member"))
	w.Add(Grants, "crew:team", grant(team.GetId(), "member", id("person", "ext1")), grant(team.GetId(), "member", id("person", "ext3")))
	return w
}
