package hostile

import (
	"fmt"

	"google.golang.org/protobuf/types/known/structpb"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
)

// Grants that lack something, refer to nothing, come twice or bring resources with them.
var grantScenarios = []Scenario{
	{Name: "an empty grant", Differs: ContentsDiffer, Parity: incompleteRow, Rows: []string{"stats", "v1_grants "}, Build: withGrant(&v2.Grant{})},
	{Name: "a grant without an id", Differs: ContentsDiffer, Parity: incompleteRow, Rows: []string{"stats", "v1_grants "}, Build: withGrant(&v2.Grant{Entitlement: memberOf("g1", id("user", "u3")).Entitlement, Principal: user("u3")})},
	{Name: "a grant without an entitlement", Differs: ContentsDiffer, Parity: incompleteRow, Rows: []string{"stats", "v1_grants x"}, Build: withGrant(&v2.Grant{Id: "x", Principal: user("u3")})},
	{Name: "a grant without an entitlement's id", Differs: ContentsDiffer, Parity: incompleteRow, Rows: []string{"stats", "v1_grants x"}, Build: withGrant(&v2.Grant{Id: "x", Entitlement: &v2.Entitlement{Resource: group("g1")}, Principal: user("u3")})},
	{Name: "a grant without an entitlement's resource", Differs: ContentsDiffer, Parity: incompleteRow, Rows: []string{"stats", "v1_grants x"}, Build: withGrant(&v2.Grant{Id: "x", Entitlement: &v2.Entitlement{Id: members("g1")}, Principal: user("u3")})},
	{Name: "a grant without a principal", Differs: ContentsDiffer, Parity: incompleteRow, Rows: []string{"stats", "v1_grants x"}, Build: withGrant(&v2.Grant{Id: "x", Entitlement: memberOf("g1", id("user", "u3")).Entitlement})},
	{Name: "a grant without a principal's id", Differs: ContentsDiffer, Parity: incompleteRow, Rows: []string{"stats", "v1_grants x"}, Build: withGrant(&v2.Grant{Id: "x", Entitlement: memberOf("g1", id("user", "u3")).Entitlement, Principal: &v2.Resource{}})},
	{Name: "a grant with an empty principal's id", Differs: ContentsDiffer, Parity: incompleteRow, Rows: []string{"stats", "v1_grants x"}, Build: withGrant(&v2.Grant{Id: "x", Entitlement: memberOf("g1", id("user", "u3")).Entitlement, Principal: resource("", "")})},
	{Name: "grants of types that nobody lists", Build: withGrant(
		memberOf("g1", id("alien", "a1")), grant(id("alien", "a1"), "member", id("user", "u1")), memberOf("g1", id("user", "u5")))},
	{Name: "grants to resources that nobody lists", Build: withGrant(
		memberOf("g1", id("user", "gone")), memberOf("gone", id("user", "u1")), grant(id("group", "g1"), "gone", id("user", "u1")))},
	{Name: "grants that come twice", Differs: ContentsDiffer, Parity: twiceRow, Rows: []string{"v1_grants group:g1:member:user:u2"}, Build: inSmall(func(w *World) {
		again, elsewhere := memberOf("g1", id("user", "u1"), &v2.GrantImmutable{SourceId: "again"}), memberOf("g1", id("user", "u2"))
		elsewhere.Annotations = pack(&v2.GrantMetadata{Metadata: &structpb.Struct{Fields: map[string]*structpb.Value{
			"z": structpb.NewStringValue("last"), "a": structpb.NewNumberValue(1)}}})
		w.Add(Grants, "group:g1", again)
		w.Split(Grants, "group:g1", 2)
		w.Add(Grants, "role:r1", elsewhere)
	})},
	{Name: "a grant's id that comes twice with another meaning", Build: inSmall(func(w *World) {
		other := memberOf("g2", id("user", "u5"))
		other.Id = memberOf("g1", id("user", "u1")).Id
		w.Add(Grants, "group:g1", other)
	})},
	{Name: "grants with all that they can say", Build: inSmall(func(w *World) {
		full := memberOf("g1", id("user", "u3"), &v2.GrantImmutable{SourceId: "x"}, &v2.ExternalLink{Url: "https://x.test"})
		full.Entitlement = entitlement(group("g1"), "member", &v2.EntitlementImmutable{})
		full.Principal = user("u3", &v2.ExternalLink{Url: "https://y.test"})
		full.Sources = &v2.GrantSources{Sources: map[string]*v2.GrantSources_GrantSource{"z": {}, "a": {}, "m": {}}}
		w.Add(Grants, "group:g1", full)
	})},
	{Name: "fields that nobody knows", Build: inSmall(func(w *World) {
		unknown := memberOf("g1", id("user", "u3"))
		unknown.ProtoReflect().SetUnknown([]byte{0x98, 0x3f, 0x01})
		known := group("g4")
		known.ProtoReflect().SetUnknown([]byte{0x98, 0x3f, 0x02})
		w.Add(Grants, "group:g1", unknown)
		w.Add(Resources, "group", known)
	})},
	{Name: "annotations that nobody knows", Build: inSmall(func(w *World) {
		strange := pack(&v2.ExternalLink{})
		strange[0].TypeUrl, strange[0].Value = "type.googleapis.com/nobody.knows.This", []byte{0xff}
		unknown, known := memberOf("g1", id("user", "u3")), group("g4")
		unknown.Annotations, known.Annotations = append(unknown.Annotations, strange...), append(known.Annotations, strange...)
		w.Add(Grants, "group:g1", unknown)
		w.Add(Resources, "group", known)
		w.First(Resources, "user").Annotations = strange
	})},
	{Name: "grants that bring a resource", Build: inserting(memberOf("new", id("user", "u1")))},
	{Name: "grants that bring a resource that is known", Build: inserting(&v2.Grant{Id: "x", Entitlement: entitlement(renamed(group("g1")), "member"), Principal: user("u3")})},
	{Name: "grants that bring a resource twice", Build: inserting(
		&v2.Grant{Id: "x", Entitlement: entitlement(group("new"), "member"), Principal: user("u3")},
		&v2.Grant{Id: "y", Entitlement: entitlement(renamed(group("new")), "member"), Principal: user("u4")})},
	{Name: "grants that bring a resource with a parent", Build: inserting(&v2.Grant{Id: "x", Entitlement: entitlement(below("g1", group("new")), "member"), Principal: user("u3")})},
	{Name: "grants that bring a resource with children", Build: changed(
		inserting(&v2.Grant{Id: "x", Entitlement: entitlement(group("new", child("role")), "member"), Principal: user("u3")}),
		func(w *World) { w.Add(Resources, Below("role", id("group", "new")), resource("role", "r2")) })},
	{Name: "grants that bring a resource with grants of its own", Differs: ContentsDiffer, Parity: "a resource that grants bring with them (InsertResourceGrants)",
		Rows: []string{"stats", "v1_grants group:new:member:user:u2"}, Build: changed(inserting(memberOf("new", id("user", "u1"))), func(w *World) {
			w.Add(Grants, "group:new", memberOf("new", id("user", "u2")))
			w.Add(Entitlements, "group:new", entitlement(group("new"), "member"))
		})},
	{Name: "grants that bring a resource of a type that nobody lists", Build: inserting(grant(id("alien", "a1"), "member", id("user", "u1")))},
	{Name: "grants that bring a resource for a principal that nobody lists", Build: inserting(memberOf("new", id("alien", "a1")))},
	{Name: "grants that bring a resource without an id", Build: inserting(&v2.Grant{Id: "x", Entitlement: entitlement(group(""), "member"), Principal: user("u3")},
		memberOf("new", id("user", "u1")))},
	{Name: "grants that bring a resource from another file", Fails: true, Build: inserting(&v2.Grant{Id: "x", Entitlement: entitlement(group("new", &v2.BatonID{}), "member"), Principal: user("u3")})},
	{Name: "type-scoped grants that bring a resource", Build: inScoped(func(w *World) {
		w.Add(Grants, AllOf("group"), memberOf("new", id("user", "u1")))
		w.First(Grants, AllOf("group")).Annotate(&v2.InsertResourceGrants{})
	})},
	{Name: "grants to a principal from elsewhere, without another file", Build: withGrant(
		memberOf("g1", id("user", "external"), &v2.ExternalResourceMatchAll{ResourceType: v2.ResourceType_TRAIT_USER}),
		memberOf("g1", id("alien", "external"), &v2.ExternalResourceMatchID{Id: "x"}))},
}

// No reader can use such a grant, and those without an id replace each other.
const incompleteRow = "a grant without an id, an entitlement or a principal"

// withGrant is small with more grants of a group.
func withGrant(grants ...*v2.Grant) func() *World {
	return inSmall(func(w *World) {
		for _, each := range grants {
			w.Add(Grants, "group:g1", each)
		}
	})
}

// inserting is small with a page of grants whose resources are to be stored.
func inserting(grants ...*v2.Grant) func() *World {
	return changed(withGrant(grants...), func(w *World) { w.First(Grants, "group:g1").Annotate(&v2.InsertResourceGrants{}) })
}

func renamed(resource *v2.Resource) *v2.Resource {
	resource.DisplayName = "renamed"
	return resource
}

// Grants that give others.
var expansionScenarios = []Scenario{
	{Name: "expansion", Build: withGrant(memberOf("g1", id("group", "g2"), expands(members("g2"))))},
	{Name: "expansion over three steps", Build: withGrant(
		memberOf("g1", id("group", "g2"), expands(members("g2"))), memberOf("g2", id("group", "g3"), expands(members("g3"))))},
	{Name: "expansion, shallow", Build: withGrant(
		memberOf("g1", id("group", "g2"), &v2.GrantExpandable{EntitlementIds: []string{members("g2")}, Shallow: true}),
		memberOf("g2", id("group", "g3"), expands(members("g3"))))},
	{Name: "expansion by two ways", Build: withGrant(
		memberOf("g1", id("group", "g2"), expands(members("g2"))), memberOf("g1", id("group", "g3"), expands(members("g3"))),
		memberOf("g2", id("group", "g3"), expands(members("g3"))))},
	{Name: "expansion of one type", Build: withGrant(
		memberOf("g1", id("group", "g2"), &v2.GrantExpandable{EntitlementIds: []string{members("g2")}, ResourceTypeIds: []string{"user"}}),
		memberOf("g2", id("group", "g3"), &v2.GrantExpandable{EntitlementIds: []string{members("g3")}, ResourceTypeIds: []string{"group"}}))},
	{Name: "expansion of a type that nobody lists", Build: withGrant(
		memberOf("g1", id("group", "g2"), &v2.GrantExpandable{EntitlementIds: []string{members("g2")}, ResourceTypeIds: []string{"alien"}}),
		memberOf("g2", id("group", "g3"), &v2.GrantExpandable{EntitlementIds: []string{members("g3")}, ResourceTypeIds: []string{"alien", "user"}}))},
	{Name: "expansion of several entitlements", Build: inSmall(func(w *World) {
		w.Add(Entitlements, "group:g2", entitlement(group("g2"), "owner"))
		w.Add(Grants, "group:g2", grant(id("group", "g2"), "owner", id("user", "u5")))
		w.Add(Grants, "group:g1", memberOf("g1", id("group", "g2"), expands(members("g2"), entitlementID(id("group", "g2"), "owner"))))
	})},
	{Name: "expansion of an entitlement that nobody lists", Build: withGrant(memberOf("g1", id("group", "g2"), expands("gone", members("g2"))))},
	{Name: "expansion of an entitlement of another resource", Fails: true, Build: withGrant(memberOf("g1", id("group", "g2"), expands(members("g3"))))},
	{Name: "expansion of nothing", Build: withGrant(memberOf("g1", id("group", "g2"), expands("", "  ")), memberOf("g1", id("group", "g3"), expands()))},
	{Name: "expansion of blank ids among others", Build: withGrant(memberOf("g1", id("group", "g2"), expands("", members("g2"))))},
	{Name: "expansion of itself", Build: withGrant(memberOf("g1", id("group", "g1"), expands(members("g1"))))},
	{Name: "expansion in a circle", Unstable: true, Parity: "groups that contain each other", Build: withGrant(
		memberOf("g1", id("group", "g2"), expands(members("g2"))), memberOf("g2", id("group", "g1"), expands(members("g1"))))},
	{Name: "expansion in a circle with a way in and out", Unstable: true, Parity: "groups that contain each other", Build: inSmall(func(w *World) {
		w.Add(Grants, "group:g1", memberOf("g1", id("group", "g2"), expands(members("g2"))))
		w.Add(Grants, "group:g2", memberOf("g2", id("group", "g1"), expands(members("g1"))), memberOf("g2", id("group", "g3"), expands(members("g3"))))
		w.Add(Grants, "role:r1", grant(id("role", "r1"), "assigned", id("group", "g1"), expands(members("g1"))))
	})},
	{Name: "expansion of 25 groups in each other", Fails: true, Build: inSmall(func(w *World) {
		for i := range 25 {
			name := fmt.Sprintf("deep%02d", i)
			w.Add(Resources, "group", group(name))
			w.Add(Entitlements, "group:"+name, entitlement(group(name), "member"))
			w.Add(Grants, "group:"+name, memberOf(name, id("user", fmt.Sprint("u", i%5+1))))
			if i > 0 {
				above := fmt.Sprintf("deep%02d", i-1)
				w.Add(Grants, "group:"+above, memberOf(above, id("group", name), expands(members(name))))
			}
		}
	})},
	{Name: "expansion into grants that say their sources", Build: inSmall(func(w *World) {
		w.First(Grants, "group:g1").Items[1].(*v2.Grant).Sources = &v2.GrantSources{Sources: map[string]*v2.GrantSources_GrantSource{"elsewhere": {}}}
		w.Add(Grants, "group:g1", memberOf("g1", id("group", "g2"), expands(members("g2"))))
	})},
	{Name: "expansion into grants with annotations and ids of their own", Build: inSmall(func(w *World) {
		own := memberOf("g1", id("user", "u3"), &v2.GrantImmutable{SourceId: "own"})
		own.Id = "own"
		w.Add(Grants, "group:g1", own, memberOf("g1", id("group", "g2"), expands(members("g2"))))
	})},
	{Name: "expansion of grants to principals with names and parents", Build: inSmall(func(w *World) {
		named := memberOf("g2", id("user", "u5"))
		named.Principal = below("g3", user("u5", &v2.ExternalLink{Url: "https://x.test"}))
		w.Add(Grants, "group:g2", named)
		w.Add(Grants, "group:g1", memberOf("g1", id("group", "g2"), expands(members("g2"))))
	})},
	{Name: "expansion of an entitlement with more to it than its grants say", Build: inSmall(func(w *World) {
		w.First(Entitlements, "group:g1").Items[0] = entitlement(group("g1"), "member", &v2.EntitlementImmutable{})
		w.Add(Grants, "group:g1", memberOf("g1", id("group", "g2"), expands(members("g2"))))
	})},
	{Name: "expansion, and the target is not listed", Build: withGrant(grant(id("group", "g1"), "gone", id("group", "g2"), expands(members("g2"))))},
	{Name: "expansion, two grants of the same group", Build: inSmall(func(w *World) {
		second := memberOf("g1", id("group", "g2"), &v2.GrantExpandable{EntitlementIds: []string{members("g2")}, Shallow: true})
		second.Id = "second"
		w.Add(Grants, "group:g1", memberOf("g1", id("group", "g2"), expands(members("g2"))), second)
		w.Add(Grants, "group:g2", memberOf("g2", id("group", "g3"), expands(members("g3"))))
	})},
	{Name: "a malformed expansion", Fails: true, Build: inSmall(func(w *World) {
		broken := memberOf("g1", id("group", "g2"), expands(members("g2")))
		broken.Annotations[0].Value = []byte{0xff}
		w.Add(Grants, "group:g1", broken)
	})},
	{Name: "expansion that is left to the reader", Build: changed(
		withGrant(memberOf("g1", id("group", "g2"), expands(members("g2")))), func(w *World) { w.Options.SkipExpandGrants = true })},
	{Name: "expansion of many grants", Build: inSmall(func(w *World) {
		w.First(Types, "").Items[0] = resourceType("user", userTrait, &v2.SkipEntitlementsAndGrants{})
		for i := range 2500 {
			name := fmt.Sprintf("many%04d", i)
			w.Add(Resources, "user", user(name))
			w.Add(Grants, "group:g2", memberOf("g2", id("user", name)))
		}
		w.Add(Grants, "group:g1", memberOf("g1", id("group", "g2"), expands(members("g2"))))
		w.Add(Grants, "role:r1", grant(id("role", "r1"), "assigned", id("group", "g1"), expands(members("g1"))))
	})},
}
