package hostile

import (
	"google.golang.org/protobuf/proto"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
)

// id is the id of a resource.
func id(resourceType, resource string) *v2.ResourceId {
	return &v2.ResourceId{ResourceType: resourceType, Resource: resource}
}

func resourceType(typeID string, traits []v2.ResourceType_Trait, annotations ...proto.Message) *v2.ResourceType {
	return &v2.ResourceType{Id: typeID, DisplayName: "Type " + typeID, Traits: traits, Annotations: pack(annotations...)}
}

func resource(resourceType, resourceID string, annotations ...proto.Message) *v2.Resource {
	return &v2.Resource{
		Id: id(resourceType, resourceID), DisplayName: resourceType + " " + resourceID, Annotations: pack(annotations...),
	}
}

func user(resourceID string, annotations ...proto.Message) *v2.Resource {
	return resource("user", resourceID, append([]proto.Message{&v2.UserTrait{}}, annotations...)...)
}

func group(resourceID string, annotations ...proto.Message) *v2.Resource {
	return resource("group", resourceID, append([]proto.Message{&v2.GroupTrait{}}, annotations...)...)
}

func entitlement(of *v2.Resource, slug string, annotations ...proto.Message) *v2.Entitlement {
	return &v2.Entitlement{
		Resource: of, Id: entitlementID(of.GetId(), slug), DisplayName: slug + " of " + of.GetDisplayName(), Slug: slug,
		Purpose: v2.Entitlement_PURPOSE_VALUE_ASSIGNMENT, Annotations: pack(annotations...),
	}
}

func entitlementID(of *v2.ResourceId, slug string) string {
	return of.GetResourceType() + ":" + of.GetResource() + ":" + slug
}

// grant is a grant as most connectors list it: the entitlement by id and resource, the principal by id.
func grant(of *v2.ResourceId, slug string, principal *v2.ResourceId, annotations ...proto.Message) *v2.Grant {
	return &v2.Grant{
		Id:          entitlementID(of, slug) + ":" + principal.GetResourceType() + ":" + principal.GetResource(),
		Entitlement: &v2.Entitlement{Id: entitlementID(of, slug), Resource: &v2.Resource{Id: of}},
		Principal:   &v2.Resource{Id: principal},
		Annotations: pack(annotations...),
	}
}

// memberOf grants membership in a group.
func memberOf(groupID string, principal *v2.ResourceId, annotations ...proto.Message) *v2.Grant {
	return grant(id("group", groupID), "member", principal, annotations...)
}

// expands is the annotation of a grant to the principal, whose own members then get it too.
func expands(entitlementIDs ...string) *v2.GrantExpandable {
	return &v2.GrantExpandable{EntitlementIds: entitlementIDs}
}

// members is the id of the entitlement of a group.
func members(groupID string) string {
	return entitlementID(id("group", groupID), "member")
}

var (
	userTrait  = []v2.ResourceType_Trait{v2.ResourceType_TRAIT_USER}
	groupTrait = []v2.ResourceType_Trait{v2.ResourceType_TRAIT_GROUP}
)

// small is a world that breaks nothing: five users, three groups with members, and a role of a type without a trait.
func small() *World {
	w := NewWorld()
	w.Add(Types, "", resourceType("user", userTrait), resourceType("group", groupTrait), resourceType("role", nil))
	for _, each := range []string{"u1", "u2", "u3", "u4", "u5"} {
		w.Add(Resources, "user", user(each))
	}
	for _, each := range []string{"g1", "g2", "g3"} {
		w.Add(Resources, "group", group(each))
		w.Add(Entitlements, Of(id("group", each)), entitlement(group(each), "member"))
	}
	w.Add(Resources, "role", resource("role", "r1"))
	w.Add(Entitlements, "role:r1", entitlement(resource("role", "r1"), "assigned"))
	w.Add(Grants, "group:g1", memberOf("g1", id("user", "u1")), memberOf("g1", id("user", "u2")))
	w.Add(Grants, "group:g2", memberOf("g2", id("user", "u2")), memberOf("g2", id("user", "u3")))
	w.Add(Grants, "group:g3", memberOf("g3", id("user", "u4")))
	w.Add(Grants, "role:r1", grant(id("role", "r1"), "assigned", id("user", "u5")))
	return w
}

// scoped is small with groups whose entitlements and grants are listed for the whole type.
func scoped(annotations ...proto.Message) *World {
	w := small()
	w.Page(Types, "", "").Items[1] = resourceType("group", groupTrait,
		append([]proto.Message{&v2.TypeScopedEntitlements{}, &v2.TypeScopedGrants{}}, annotations...)...)
	for _, each := range []string{"g1", "g2", "g3"} {
		subject := Of(id("group", each))
		for _, method := range []Method{Entitlements, Grants} {
			w.Add(method, AllOf("group"), w.First(method, subject).Items...)
			delete(w.Pages, Call{method, subject, ""})
		}
	}
	return w
}
