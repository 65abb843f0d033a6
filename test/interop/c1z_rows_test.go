package interop

import (
	"bytes"
	"database/sql"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	reader_v2 "github.com/conductorone/baton-sdk/pb/c1/reader/v2"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"

	"interop/internal/check"
	"interop/internal/program"
)

func TestC1ZRows(t *testing.T) {
	path, percipio := syncedFile(t, program.Organization{})
	truth := percipio.Truth
	store := readWithSDK(t, path)

	t.Run("the SDK lists exactly the truth", func(t *testing.T) {
		listsTruth(t, store, truth)
		t.Logf("%d resources, %d entitlements, %d grants", len(truth.ResourceIDs()), len(truth.EntitlementIDs), len(truth.GrantIDs))
	})

	t.Run("it finds what belongs to a course, a type, an entitlement", func(t *testing.T) {
		ctx := t.Context()
		for _, courseID := range truth.CourseIDs {
			course := &v2.Resource{Id: &v2.ResourceId{ResourceType: "course", Resource: courseID}}
			entitlements, _ := readPages(t, "ListEntitlements of a course", func(token string) (*v2.EntitlementsServiceListEntitlementsResponse, error) {
				return store.ListEntitlements(ctx, &v2.EntitlementsServiceListEntitlementsRequest{Resource: course, PageToken: token})
			})
			check.SameIDs(t, "entitlements of course "+courseID, entitlementIDs(entitlements), truth.EntitlementsOf(courseID))
			for _, entitlement := range entitlements {
				grants, _ := readPages(t, "ListGrantsForEntitlement", func(token string) (*reader_v2.GrantsReaderServiceListGrantsForEntitlementResponse, error) {
					return store.ListGrantsForEntitlement(ctx, &reader_v2.GrantsReaderServiceListGrantsForEntitlementRequest{Entitlement: entitlement, PageToken: token})
				})
				if want := truth.GrantsOn(entitlement.GetId()); len(want) > 0 {
					check.SameIDs(t, "grants on "+entitlement.GetId(), grantIDs(grants), want)
				} else {
					check.NoIDs(t, "grants on "+entitlement.GetId(), grantIDs(grants))
				}
			}
		}
		for typeID, want := range map[string][]string{"user": truth.UserIDs, "course": truth.CourseIDs, "role": truth.RoleIDs} {
			resources, _ := readPages(t, "ListResources of a type", func(token string) (*v2.ResourcesServiceListResourcesResponse, error) {
				return store.ListResources(ctx, &v2.ResourcesServiceListResourcesRequest{ResourceTypeId: typeID, PageToken: token})
			})
			ids := mapped(resources, func(resource *v2.Resource) string { return resource.GetId().GetResource() })
			check.SameIDs(t, "resources of type "+typeID, ids, want)
		}
		for _, typeID := range []string{"course", "role"} {
			grants, _ := readPages(t, "ListGrantsForResourceType", func(token string) (*reader_v2.GrantsReaderServiceListGrantsForResourceTypeResponse, error) {
				return store.ListGrantsForResourceType(ctx, &reader_v2.GrantsReaderServiceListGrantsForResourceTypeRequest{ResourceTypeId: typeID, PageToken: token})
			})
			check.SameIDs(t, "grants of type "+typeID, grantIDs(grants), truth.GrantsOfType(typeID))
		}
	})

	t.Run("each reference within a grant says the same as its id", func(t *testing.T) {
		for _, grant := range readGrants(t, store, 0) {
			resourceID := grant.GetEntitlement().GetResource().GetId()
			check.Equal(t, "id", grant.GetId(), grant.GetEntitlement().GetId()+":"+resourceKey(grant.GetPrincipal().GetId()))
			check.That(t, strings.HasPrefix(grant.GetId(), resourceKey(resourceID)+":"),
				"grant %s has its entitlement on %s", grant.GetId(), resourceKey(resourceID))
		}
	})

	t.Run("each row keeps the SDK's rules, and is what Go would write", func(t *testing.T) {
		database := openDatabase(t, path)
		rows := 0
		for table, empty := range map[string]validated{
			"v1_resource_types": &v2.ResourceType{}, "v1_resources": &v2.Resource{},
			"v1_entitlements": &v2.Entitlement{}, "v1_grants": &v2.Grant{},
		} {
			queryRows(t, database, "select external_id, data from "+table, func(row *sql.Rows) error {
				var id string
				var data []byte
				if err := row.Scan(&id, &data); err != nil {
					return err
				}
				message := empty.ProtoReflect().New().Interface().(validated)
				check.Succeeds(t, "decode "+id, proto.Unmarshal(data, message))
				check.That(t, len(message.ProtoReflect().GetUnknown()) == 0, "%s %s has unknown fields", table, id)
				check.Succeeds(t, "rules for "+id, message.ValidateAll())
				again, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
				check.Succeeds(t, "encode "+id, err)
				check.That(t, bytes.Equal(again, data), "%s %s is not the bytes that Go writes", table, id)
				rows++
				return nil
			})
		}
		t.Logf("%d rows", rows)
	})
}

// validated is a message with the SDK's validation rules.
type validated interface {
	proto.Message
	ValidateAll() error
}

// listsTruth lists everything in the store's current sync and compares it with the truth: with the store's default
// page size, and with small pages.
func listsTruth(t *testing.T, store c1zstore.Store, truth program.Truth) {
	t.Helper()
	ctx := t.Context()
	for _, pageSize := range []uint32{0, 7} {
		types, _ := readPages(t, "ListResourceTypes", func(token string) (*v2.ResourceTypesServiceListResourceTypesResponse, error) {
			return store.ListResourceTypes(ctx, &v2.ResourceTypesServiceListResourceTypesRequest{PageToken: token, PageSize: pageSize})
		})
		check.SameIDs(t, "resource types", resourceTypeIDs(types), []string{"user", "role", "course"})

		resources, pages := readPages(t, "ListResources", func(token string) (*v2.ResourcesServiceListResourcesResponse, error) {
			return store.ListResources(ctx, &v2.ResourcesServiceListResourcesRequest{PageToken: token, PageSize: pageSize})
		})
		check.SameIDs(t, "resources", resourceKeys(resources), truth.ResourceIDs())
		check.That(t, pageSize == 0 || pages > 1, "resources came in %d page", pages)

		entitlements, _ := readPages(t, "ListEntitlements", func(token string) (*v2.EntitlementsServiceListEntitlementsResponse, error) {
			return store.ListEntitlements(ctx, &v2.EntitlementsServiceListEntitlementsRequest{PageToken: token, PageSize: pageSize})
		})
		check.SameIDs(t, "entitlements", entitlementIDs(entitlements), truth.EntitlementIDs)

		check.SameIDs(t, "grants", grantIDs(readGrants(t, store, pageSize)), truth.GrantIDs)
	}
}

func readGrants(t *testing.T, store c1zstore.Store, pageSize uint32) []*v2.Grant {
	t.Helper()
	grants, _ := readPages(t, "ListGrants", func(token string) (*v2.GrantsServiceListGrantsResponse, error) {
		return store.ListGrants(t.Context(), &v2.GrantsServiceListGrantsRequest{PageToken: token, PageSize: pageSize})
	})
	return grants
}
