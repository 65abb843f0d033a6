package interop

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"

	"interop/internal/check"
	"interop/internal/program"
)

// Calls in an order that no syncer uses. Each test has a new server, which has nothing cached.
func TestCallOrder(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 60, Courses: 40, ActivityRows: 700})
	truth := percipio.Truth
	course := func(id string) *v2.Resource {
		return &v2.Resource{Id: &v2.ResourceId{ResourceType: "course", Resource: id}}
	}
	allCourses, typeScoped := course("course"), annotations.New(&v2.TypeScopedGrants{})

	t.Run("grants first, then entitlements, then courses, without Validate", func(t *testing.T) {
		client := newClient(t, program.Serve(t, percipio), 50)
		check.SameIDs(t, "grants", grantIDs(client.listGrants(t, allCourses, typeScoped)), truth.GrantsOfType("course"))
		entitlements := client.listEntitlements(t, allCourses, annotations.New(&v2.TypeScopedEntitlements{}))
		check.SameIDs(t, "entitlements", entitlementIDs(entitlements), truth.EntitlementsOfType("course"))
		courses, _ := readPages(t, "list courses", func(token string) (*v2.ResourcesServiceListResourcesResponse, error) {
			return client.resources.ListResources(t.Context(), &v2.ResourcesServiceListResourcesRequest{
				ResourceTypeId: "course", PageSize: 50, PageToken: token, ActiveSyncId: client.syncID,
			})
		})
		check.Equal(t, "courses", len(courses), len(truth.CourseIDs))
	})

	t.Run("the grants of one course first", func(t *testing.T) {
		client := newClient(t, program.Serve(t, percipio), 0)
		id := truth.MostTakenCourse()
		check.SameIDs(t, "grants", grantIDs(client.listGrants(t, course(id), nil)), truth.GrantsOf(id))
	})

	server := program.Serve(t, percipio)

	t.Run("each page token again, when the listing has ended", func(t *testing.T) {
		client := newClient(t, server, 50)
		page := func(token string) *v2.GrantsServiceListGrantsResponse {
			got, err := client.grants.ListGrants(t.Context(), &v2.GrantsServiceListGrantsRequest{
				Resource: allCourses, Annotations: typeScoped, PageSize: 50, PageToken: token, ActiveSyncId: client.syncID,
			})
			check.Succeeds(t, "list grants", err)
			return got
		}
		tokens, pages := []string{""}, []*v2.GrantsServiceListGrantsResponse{}
		for i := 0; i < len(tokens); i++ {
			got := page(tokens[i])
			if len(got.GetList()) == 0 && got.GetNextPageToken() != "" {
				// An empty page only says to come back: there is nothing to repeat.
				tokens[i] = got.GetNextPageToken()
				i--
				continue
			}
			pages = append(pages, got)
			if next := pages[i].GetNextPageToken(); next != "" {
				tokens = append(tokens, next)
			}
		}
		check.That(t, len(tokens) > 5, "there were only %d pages", len(tokens))
		for i := len(tokens) - 1; i >= 0; i-- {
			again := page(tokens[i])
			check.SameIDs(t, "grants of an old page", grantIDs(again.GetList()), grantIDs(pages[i].GetList()))
			check.Equal(t, "token of the page after an old one", again.GetNextPageToken(), pages[i].GetNextPageToken())
		}
	})

	t.Run("a page of another size in the middle", func(t *testing.T) {
		client := newClient(t, server, 0)
		var grants []*v2.Grant
		sizes := []uint32{7, 50, 1, 250}
		pages := 0
		for token := ""; pages == 0 || token != ""; pages++ {
			got, err := client.grants.ListGrants(t.Context(), &v2.GrantsServiceListGrantsRequest{
				Resource: allCourses, Annotations: typeScoped, PageSize: sizes[pages%len(sizes)], PageToken: token, ActiveSyncId: client.syncID,
			})
			check.Succeeds(t, "list grants", err)
			grants, token = append(grants, got.GetList()...), got.GetNextPageToken()
		}
		check.SameIDs(t, "grants", grantIDs(grants), truth.GrantsOfType("course"))
	})

	t.Run("a page token that nobody gave out", func(t *testing.T) {
		client := newClient(t, server, 50)
		for name, token := range map[string]string{
			"garbage": "garbage", "no base64": "\x01%%%", "null": "bnVsbA", "another object": "eyJ4IjoxfQ",
		} {
			refused := func(what string, err error) {
				check.Equal(t, what+" with "+name+": code", status.Code(err), codes.InvalidArgument)
				check.That(t, strings.Contains(status.Convert(err).Message(), "page_token"), "%s with %s: the message does not name page_token: %v", what, name, err)
			}
			_, err := client.grants.ListGrants(t.Context(), &v2.GrantsServiceListGrantsRequest{Resource: allCourses, Annotations: typeScoped, PageToken: token})
			refused("ListGrants of all courses", err)
			_, err = client.grants.ListGrants(t.Context(), &v2.GrantsServiceListGrantsRequest{Resource: course(truth.CourseIDs[0]), PageToken: token})
			refused("ListGrants of a course", err)
			_, err = v2.NewEntitlementsServiceClient(client.connection).ListEntitlements(t.Context(), &v2.EntitlementsServiceListEntitlementsRequest{
				Resource: allCourses, Annotations: annotations.New(&v2.TypeScopedEntitlements{}), PageToken: token})
			refused("ListEntitlements of all courses", err)
			for _, typeID := range []string{"user", "role", "course"} {
				_, err = client.resources.ListResources(t.Context(), &v2.ResourcesServiceListResourcesRequest{ResourceTypeId: typeID, PageToken: token})
				refused("ListResources of "+typeID, err)
			}
		}
	})

	t.Run("a token of one course for another one", func(t *testing.T) {
		client := newClient(t, server, 1)
		most := truth.MostTakenCourse()
		first, err := client.grants.ListGrants(t.Context(), &v2.GrantsServiceListGrantsRequest{Resource: course(most), PageSize: 1, ActiveSyncId: client.syncID})
		check.Succeeds(t, "list grants", err)
		for _, id := range truth.CourseIDs {
			got, err := client.grants.ListGrants(t.Context(), &v2.GrantsServiceListGrantsRequest{
				Resource: course(id), PageSize: 250, PageToken: first.GetNextPageToken(), ActiveSyncId: client.syncID,
			})
			if err != nil {
				check.Equal(t, "code", status.Code(err), codes.InvalidArgument)
				continue
			}
			for _, grant := range got.GetList() {
				check.Equal(t, "the course of a grant", grant.GetEntitlement().GetResource().GetId().GetResource(), id)
			}
		}
	})
}
