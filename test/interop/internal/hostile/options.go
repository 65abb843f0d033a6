package hostile

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
)

// Syncs of less than everything, and of several calls at a time.
var optionScenarios = []Scenario{
	{Name: "resources alone", Build: withOptions(Options{SkipEntitlementsAndGrants: true})},
	{Name: "no grants", Build: withOptions(Options{SkipGrants: true})},
	{Name: "two types", Build: withOptions(Options{ResourceTypes: []string{"group", "user"}})},
	{Name: "one type, and grants to another", Build: withOptions(Options{ResourceTypes: []string{"group"}})},
	{Name: "a type that nobody lists", Fails: true, Build: withOptions(Options{ResourceTypes: []string{"user", "alien"}})},
	{Name: "one type of three pages", Fails: true, Differs: OnlyGoFails, Parity: "`--sync-resource-types` and types on several pages", Build: changed(withOptions(Options{ResourceTypes: []string{"role", "user"}}), func(w *World) {
		w.Split(Types, "", 1, 1)
	})},
	{Name: "one type, and static entitlements of another", Build: changed(withOptions(Options{ResourceTypes: []string{"user"}}), func(w *World) {
		w.Add(Static, "user", &v2.Entitlement{Slug: "s"})
		w.Add(Static, "group", &v2.Entitlement{Slug: "s"})
	})},
	{Name: "one type, and entitlements of another", Build: changed(withOptions(Options{ResourceTypes: []string{"user"}}), func(w *World) {
		w.Add(Entitlements, "user:u1", entitlement(group("g1"), "member"), entitlement(user("u1"), "self"))
	})},
	{Name: "one type, and children of another", Build: changed(withOptions(Options{ResourceTypes: []string{"group"}}), func(w *World) {
		w.First(Resources, "group").Items[0] = group("g1", child("role"))
		w.Add(Resources, Below("role", id("group", "g1")), below("g1", resource("role", "r2")))
	})},
	{Name: "one type, and expansion of another", Build: changed(withOptions(Options{ResourceTypes: []string{"group"}}), func(w *World) {
		w.Add(Grants, "group:g1", memberOf("g1", id("group", "g2"),
			&v2.GrantExpandable{EntitlementIds: []string{members("g2")}, ResourceTypeIds: []string{"user", "group"}}))
	})},
	{Name: "four calls at a time", Build: changed(wide, func(w *World) { w.Options.Workers = 4 })},
	{Name: "one call at a time", Build: wide},
	{Name: "four calls at a time, and enqueued pages", Build: changed(enqueuing(scoped, Grants, AllOf("group"), tokens(40)...), func(w *World) {
		w.Options.Workers = 4
	})},
	{Name: "four calls at a time, and one fails", Fails: true, Build: changed(wide, func(w *World) {
		w.Options.Workers = 4
		w.First(Entitlements, "group:g2").FailsAlways(codes.PermissionDenied)
	})},
}

func withOptions(options Options) func() *World {
	return inSmall(func(w *World) { w.Options = options })
}

// wide has many listings with many pages.
func wide() *World {
	w := small()
	for _, name := range tokens(30) {
		w.Add(Resources, "group", group(name, child("role")))
		w.Add(Resources, Below("role", id("group", name)), below(name, resource("role", "of "+name)))
		w.Add(Entitlements, "group:"+name, entitlement(group(name), "member"), entitlement(group(name), "owner"))
		w.Split(Entitlements, "group:"+name, 1)
		for _, each := range []string{"u1", "u2", "u3"} {
			w.Add(Grants, "group:"+name, memberOf(name, id("user", each)))
		}
		w.Split(Grants, "group:"+name, 1, 1)
	}
	return w
}

// Syncs of single resources.
var targetScenarios = []Scenario{
	{Name: "a target", Build: targeting(target("group", "g1"))},
	{Name: "several targets", Build: targeting(target("group", "g1"), target("user", "u1"), target("group", "g3"))},
	{Name: "a target that does not exist", Build: targeting(target("group", "gone"), target("user", "u1"))},
	{Name: "a target of a type that cannot be read alone", Build: changed(targeting(target("group", "g1"), target("user", "u1")), func(w *World) {
		w.First(GetResource, "group:g1").FailsAlways(codes.Unimplemented)
	})},
	{Name: "a target that is not allowed", Fails: true, Build: changed(targeting(target("group", "g1")), func(w *World) {
		w.First(GetResource, "group:g1").FailsAlways(codes.PermissionDenied)
	})},
	{Name: "a target that is at first unavailable", Build: changed(targeting(target("group", "g1")), func(w *World) {
		w.First(GetResource, "group:g1").FailsFirst(codes.Unavailable, 1)
	})},
	{Name: "a target with children", Build: changed(targeting(target("group", "g1")), func(w *World) {
		w.First(GetResource, "group:g1").Items = []proto.Message{group("g1", child("role"))}
		role := below("g1", resource("role", "r2"))
		w.Add(Resources, Below("role", id("group", "g1")), role)
		w.Add(Entitlements, "role:r2", entitlement(role, "assigned"))
		w.Add(Grants, "role:r2", grant(role.GetId(), "assigned", id("user", "u1")))
	})},
	{Name: "a target of a type-scoped type", Build: changed(func() *World { return scoped() }, func(w *World) { aim(w, target("group", "g1"), target("user", "u1")) })},
	{Name: "a target with grants of another resource", Build: changed(targeting(target("group", "g1")), func(w *World) {
		w.Add(Grants, "group:g1", memberOf("g2", id("user", "u5")), memberOf("gone", id("user", "u5")))
	})},
	{Name: "a target with grants that bring a resource", Build: changed(targeting(target("group", "g1")), func(w *World) {
		w.Add(Grants, "group:g1", memberOf("new", id("user", "u5")))
		w.First(Grants, "group:g1").Annotate(&v2.InsertResourceGrants{})
	})},
	{Name: "a target with grants that bring a child of another target", Differs: ContentsDiffer, Parity: twiceRow, Rows: []string{"v1_resources role:r2"},
		Build: changed(targeting(target("group", "g1"), target("group", "g2")), func(w *World) {
			w.First(GetResource, "group:g2").Items = []proto.Message{group("g2", child("role"))}
			w.Add(Resources, Below("role", id("group", "g2")), below("g2", resource("role", "r2")))
			w.Add(Grants, "group:g1", grant(id("role", "r2"), "assigned", id("user", "u5")))
			w.First(Grants, "group:g1").Annotate(&v2.InsertResourceGrants{})
		})},
	{Name: "a target that skips", Build: changed(targeting(target("group", "g1"), target("group", "g2")), func(w *World) {
		w.First(GetResource, "group:g1").Items = []proto.Message{group("g1", &v2.SkipEntitlementsAndGrants{})}
		w.First(GetResource, "group:g2").Items = []proto.Message{group("g2", &v2.SkipGrants{})}
	})},
	{Name: "a target with static entitlements", Build: changed(targeting(target("group", "g1")), func(w *World) {
		w.Add(Static, "group", &v2.Entitlement{Slug: "static"})
	})},
	{Name: "a target with expandable grants", Build: changed(targeting(target("group", "g1")), func(w *World) {
		w.Add(Grants, "group:g1", memberOf("g1", id("group", "g2"), expands(members("g2"))))
	})},
	{Name: "a target without an id in the response", Build: changed(targeting(target("group", "g1")), func(w *World) {
		w.First(GetResource, "group:g1").Items = []proto.Message{&v2.Resource{}}
	})},
	{Name: "a target that is another resource in the response", Build: changed(targeting(target("group", "g1")), func(w *World) {
		w.First(GetResource, "group:g1").Items = []proto.Message{group("g2")}
	})},
	{Name: "a target from another file", Fails: true, Build: changed(targeting(target("group", "g1")), func(w *World) {
		w.First(GetResource, "group:g1").Items = []proto.Message{group("g1", &v2.BatonID{})}
	})},
	{Name: "a target without its trait", Build: changed(targeting(target("group", "g1")), func(w *World) {
		w.First(GetResource, "group:g1").Items = []proto.Message{resource("group", "g1")}
	})},
	{Name: "a target twice", Build: targeting(target("group", "g1"), target("group", "g1"))},
	{Name: "a target, without grants", Build: changed(targeting(target("group", "g1")), func(w *World) { w.Options.SkipGrants = true })},
	{Name: "a target, resources alone", Build: changed(targeting(target("group", "g1")), func(w *World) { w.Options.SkipEntitlementsAndGrants = true })},
	{Name: "targets of types that are not synced", Build: changed(targeting(target("group", "g1"), target("user", "u1")), func(w *World) {
		w.Options.ResourceTypes = []string{"user"}
	})},
}

func target(resourceType, resource string) *v2.Resource {
	return &v2.Resource{Id: id(resourceType, resource)}
}

func targeting(targets ...*v2.Resource) func() *World {
	return inSmall(func(w *World) { aim(w, targets...) })
}

// aim makes every user and group readable alone, and syncs only the targets.
func aim(w *World, targets ...*v2.Resource) {
	for _, each := range []string{"user", "group"} {
		for _, item := range w.First(Resources, each).Items {
			w.Add(GetResource, Of(item.(*v2.Resource).GetId()), item)
		}
	}
	w.Options.Targets = targets
}
