package hostile

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
)

// What a type or a resource says not to list.
var skipScenarios = []Scenario{
	skipping("SkipEntitlementsAndGrants", &v2.SkipEntitlementsAndGrants{}),
	skipping("SkipEntitlements", &v2.SkipEntitlements{}),
	skipping("SkipGrants", &v2.SkipGrants{}),
	skippingScoped("SkipEntitlementsAndGrants", &v2.SkipEntitlementsAndGrants{}),
	skippingScoped("SkipEntitlements", &v2.SkipEntitlements{}),
	skippingScoped("SkipGrants", &v2.SkipGrants{}),
	{Name: "resources that skip", Build: inSmall(func(w *World) {
		for i, annotation := range []proto.Message{&v2.SkipEntitlementsAndGrants{}, &v2.SkipEntitlements{}, &v2.SkipGrants{}} {
			w.First(Resources, "group").Items[i] = group(fmt.Sprint("g", i+1), annotation)
		}
	})},
	{Name: "resources of another type that skip", Build: inSmall(func(w *World) {
		w.First(Types, "").Items[1] = resourceType("group", groupTrait, &v2.SkipEntitlementsAndGrants{})
		w.Add(Resources, "user", group("g4"))
		w.Add(Entitlements, "group:g4", entitlement(group("g4"), "member"))
		w.Add(Grants, "group:g4", memberOf("g4", id("user", "u1")))
	})},
	{Name: "static entitlements of a type that skips entitlements", Build: inSmall(func(w *World) {
		w.First(Types, "").Items[1] = resourceType("group", groupTrait, &v2.SkipEntitlements{})
		w.Add(Static, "group", &v2.Entitlement{Slug: "static"})
	})},
	{Name: "static entitlements of a type that skips entitlements and grants", Build: inSmall(func(w *World) {
		w.First(Types, "").Items[1] = resourceType("group", groupTrait, &v2.SkipEntitlementsAndGrants{})
		w.Add(Static, "group", &v2.Entitlement{Slug: "static"})
	})},
}

func skipping(name string, annotation proto.Message) Scenario {
	return Scenario{Name: "a type with " + name, Build: inSmall(func(w *World) {
		w.First(Types, "").Items[1] = resourceType("group", groupTrait, annotation)
	})}
}

func skippingScoped(name string, annotation proto.Message) Scenario {
	return Scenario{Name: "a type-scoped type with " + name, Build: func() *World { return scoped(annotation) }}
}

// Resources below others.
var childScenarios = []Scenario{
	{Name: "children", Build: inSmall(func(w *World) {
		w.First(Resources, "group").Items[0] = group("g1", child("role"), child("user"))
		w.Add(Resources, Below("role", id("group", "g1")), below("g1", resource("role", "r2")), below("g1", resource("role", "r3")))
		w.Split(Resources, Below("role", id("group", "g1")), 1)
		w.Add(Resources, Below("user", id("group", "g1")), below("g1", user("u6")))
	})},
	{Name: "children of children", Build: inSmall(func(w *World) {
		w.First(Resources, "group").Items[0] = group("g1", child("group"))
		w.Add(Resources, Below("group", id("group", "g1")), below("g1", group("g4", child("group"))))
		w.Add(Resources, Below("group", id("group", "g4")), below("g4", group("g5", child("group"), child("role"))))
		w.Add(Resources, Below("role", id("group", "g5")), below("g5", resource("role", "r2")))
	})},
	{Name: "children that are their own parents", Build: inSmall(func(w *World) {
		w.First(Resources, "group").Items[0] = group("g1", child("group"))
		w.Add(Resources, Below("group", id("group", "g1")), below("g1", group("g1", child("group"))))
	})},
	{Name: "the same child of two parents", Differs: ContentsDiffer, Parity: twiceRow, Rows: []string{"v1_resources role:shared"}, Build: inSmall(func(w *World) {
		for i, name := range []string{"g1", "g2"} {
			w.First(Resources, "group").Items[i] = group(name, child("role"))
			w.Add(Resources, Below("role", id("group", name)), below(name, resource("role", "shared")))
		}
	})},
	{Name: "children of a type that nobody lists", Build: inSmall(func(w *World) {
		w.First(Resources, "group").Items[0] = group("g1", child("alien"))
		w.Add(Resources, Below("alien", id("group", "g1")), resource("alien", "a1"))
	})},
	{Name: "children of a type that nobody lists, and that has none", Build: inSmall(func(w *World) {
		w.First(Resources, "group").Items[0] = group("g1", child("alien"))
	})},
	{Name: "children of a type without an id", Build: inSmall(func(w *World) {
		w.First(Resources, "group").Items[0] = group("g1", child(""))
	})},
	{Name: "a parent on two pages", Build: inSmall(func(w *World) {
		w.Add(Resources, "group", group("g1", child("role")), group("g1", child("role")))
		w.Split(Resources, "group", 4)
		w.Add(Resources, Below("role", id("group", "g1")), below("g1", resource("role", "r2")))
	})},
	{Name: "parents that nobody lists", Build: inSmall(func(w *World) {
		w.Add(Resources, "role", below("gone", resource("role", "r2")), below("r3", resource("role", "r3")))
	})},
}

func child(resourceType string) *v2.ChildResourceType {
	return &v2.ChildResourceType{ResourceTypeId: resourceType}
}

// below is the resource with a group as its parent.
func below(groupID string, resource *v2.Resource) *v2.Resource {
	resource.ParentResourceId = id("group", groupID)
	return resource
}

// The Go syncer stores what comes last, in the order of its calls.
const twiceRow = "an item that several listings contain"

// Types, resources and entitlements that lack something, refer to nothing or come twice.
var dataScenarios = []Scenario{
	{Name: "a type without an id", Build: inSmall(func(w *World) {
		w.Add(Types, "", &v2.ResourceType{DisplayName: "nameless"})
		w.Add(Resources, "", resource("role", "of a nameless type"))
	})},
	{Name: "resources without an id", Build: inSmall(func(w *World) {
		w.Add(Resources, "role", &v2.Resource{}, &v2.Resource{Id: &v2.ResourceId{}}, resource("role", ""), resource("", "r2"), resource("role", "r3"))
	})},
	{Name: "resources of another type", Build: inSmall(func(w *World) { w.Add(Resources, "role", user("u6"), group("g4")) })},
	{Name: "a resource of a type that nobody lists", Differs: ContentsDiffer, Parity: "a resource of a type that is not listed",
		Rows: []string{"stats", "v1_entitlements role:r1:assigned", "v1_grants role:r1:assigned:user:u5", "v1_resources role:r1"}, Build: inSmall(func(w *World) {
			w.Add(Resources, "role", resource("alien", "a1"))
		})},
	{Name: "a resource without its type's trait", Fails: true, Build: inSmall(func(w *World) {
		w.Add(Resources, "user", resource("user", "u6"))
	})},
	{Name: "a resource of another type without that type's trait", Fails: true, Build: inSmall(func(w *World) {
		w.Add(Resources, "role", resource("user", "u6"))
	})},
	{Name: "a resource of another type without the trait of the listed type", Build: inSmall(func(w *World) {
		w.Add(Resources, "user", resource("role", "r2"))
	})},
	{Name: "a resource that says it is from another file", Fails: true, Build: inSmall(func(w *World) {
		w.Add(Resources, "role", resource("role", "r2", &v2.BatonID{}))
	})},
	{Name: "a resource without an id that says it is from another file", Fails: true, Build: inSmall(func(w *World) {
		w.Add(Resources, "role", resource("role", "", &v2.BatonID{}))
	})},
	{Name: "an entitlement of a resource from another file", Fails: true, Build: inSmall(func(w *World) {
		w.Add(Entitlements, "role:r1", entitlement(resource("role", "r1", &v2.BatonID{}), "other"))
	})},
	{Name: "resources that come twice", Build: inSmall(func(w *World) {
		first, second, third := resource("role", "twice"), resource("role", "twice"), resource("role", "twice")
		second.DisplayName, third.DisplayName = "second", "third"
		third.ParentResourceId = id("group", "g1")
		w.Add(Resources, "role", first, second, third)
		w.Split(Resources, "role", 3)
	})},
	{Name: "entitlements that come twice", Differs: ContentsDiffer, Parity: twiceRow, Rows: []string{"v1_entitlements group:g1:member"}, Build: inSmall(func(w *World) {
		again, elsewhere := entitlement(group("g1"), "member"), entitlement(group("g1"), "member")
		again.DisplayName, elsewhere.Description = "again", "listed for another resource"
		w.Add(Entitlements, "group:g1", again)
		w.Add(Entitlements, "role:r1", elsewhere)
	})},
	{Name: "entitlements without an id or a resource", Build: inSmall(func(w *World) {
		nameless := entitlement(group("g1"), "nameless")
		nameless.Id = ""
		w.Add(Entitlements, "group:g1", &v2.Entitlement{}, nameless, &v2.Entitlement{Id: "no resource"},
			&v2.Entitlement{Id: "no id of a resource", Resource: &v2.Resource{}},
			entitlement(resource("", "x"), "no type"), entitlement(resource("group", ""), "no resource"), entitlement(group("g1"), "fine"))
	})},
	{Name: "entitlements of resources that nobody lists", Build: inSmall(func(w *World) {
		w.Add(Entitlements, "group:g1", entitlement(group("gone"), "member"), entitlement(resource("alien", "a1"), "member"))
	})},
	{Name: "static entitlements", Build: inSmall(func(w *World) {
		w.Add(Static, "group", &v2.Entitlement{Slug: "s", GrantableTo: []*v2.ResourceType{resourceType("user", userTrait)},
			Purpose: v2.Entitlement_PURPOSE_VALUE_PERMISSION, Annotations: pack(&v2.EntitlementImmutable{}),
			// What a template says of these does not count.
			Id: "template", Resource: group("template")})
		w.Add(Static, "user", &v2.Entitlement{Slug: "s", DisplayName: "S", Description: "named"}, &v2.Entitlement{})
	})},
	{Name: "static entitlements that are also listed", Build: inSmall(func(w *World) {
		w.Add(Static, "group", &v2.Entitlement{Slug: "member", DisplayName: "of the template"})
	})},
	{Name: "ids with colons", Differs: ContentsDiffer, Parity: twiceRow, Rows: []string{"v1_entitlements role:a:b:c"}, Build: inSmall(func(w *World) {
		w.Add(Resources, "role", resource("role", "a:b"), resource("role", "a"))
		w.Add(Entitlements, "role:a:b", entitlement(resource("role", "a:b"), "c"))
		w.Add(Entitlements, "role:a", entitlement(resource("role", "a"), "b:c"))
		w.Add(Grants, "role:a:b", grant(id("role", "a:b"), "c", id("user", "u1")))
		w.Add(Grants, "role:a", grant(id("role", "a"), "b:c", id("user", "u2")))
	})},
}

// Exclusion groups are checked when everything has been read.
var exclusionScenarios = []Scenario{
	{Name: "an exclusion group", Build: excluding(1, 3, "role")},
	{Name: "an exclusion group without a default", Build: excluding(0, 3, "role")},
	{Name: "an exclusion group with two defaults", Fails: true, Build: excluding(2, 3, "role")},
	{Name: "an exclusion group of 50", Build: excluding(1, 50, "role")},
	{Name: "an exclusion group of 51", Fails: true, Build: excluding(1, 51, "role")},
	{Name: "an exclusion group of two types", Fails: true, Build: excluding(1, 3, "group")},
	{Name: "an exclusion group without an id", Build: inSmall(func(w *World) {
		w.Add(Entitlements, "role:r1", entitlement(resource("role", "r1"), "x", &v2.EntitlementExclusionGroup{IsDefault: true}),
			entitlement(resource("role", "r1"), "y", &v2.EntitlementExclusionGroup{IsDefault: true}))
	})},
	{Name: "a malformed exclusion group", Fails: true, Build: inSmall(func(w *World) {
		broken := entitlement(resource("role", "r1"), "x", &v2.EntitlementExclusionGroup{ExclusionGroupId: "x"})
		broken.Annotations[0].Value = []byte{0xff}
		w.Add(Entitlements, "role:r1", broken)
	})},
	{Name: "an entitlement in two exclusion groups", Build: inSmall(func(w *World) {
		w.Add(Entitlements, "role:r1", entitlement(resource("role", "r1"), "x",
			&v2.EntitlementExclusionGroup{ExclusionGroupId: "a", IsDefault: true}, &v2.EntitlementExclusionGroup{ExclusionGroupId: "b", IsDefault: true}))
	})},
	{Name: "static exclusion groups", Build: inSmall(func(w *World) {
		w.Add(Static, "group", &v2.Entitlement{Slug: "x", Annotations: pack(&v2.EntitlementExclusionGroup{ExclusionGroupId: "x", ScopeToResource: true, IsDefault: true})})
	})},
	{Name: "static exclusion groups with a default for each resource", Fails: true, Build: inSmall(func(w *World) {
		w.Add(Static, "group", &v2.Entitlement{Slug: "x", Annotations: pack(&v2.EntitlementExclusionGroup{ExclusionGroupId: "x", IsDefault: true})})
	})},
	{Name: "a malformed static exclusion group", Fails: true, Build: inSmall(func(w *World) {
		broken := pack(&v2.EntitlementExclusionGroup{ExclusionGroupId: "x"})
		broken[0].Value = []byte{0xff}
		w.Add(Static, "group", &v2.Entitlement{Slug: "x", Annotations: broken})
	})},
}

// excluding has an exclusion group: some of its members are the default, and the last one is of a resource of the type.
func excluding(defaults, size int, lastType string) func() *World {
	return inSmall(func(w *World) {
		for i := range size {
			of := resource("role", "r1")
			if i == size-1 && lastType != "role" {
				of = group("g1")
			}
			w.Add(Entitlements, Of(of.GetId()), entitlement(of, fmt.Sprint("exclusive", i),
				&v2.EntitlementExclusionGroup{ExclusionGroupId: "exclusive", Order: uint32(i), IsDefault: i < defaults}))
		}
	})
}
