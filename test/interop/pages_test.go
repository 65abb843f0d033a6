package interop

import (
	"testing"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"

	"interop/internal/check"
)

// pagesMax ends a listing whose pages never end.
const pagesMax = 100_000

// response is what the responses of list calls have in common.
type response[Item any] interface {
	GetList() []Item
	GetNextPageToken() string
}

// readPages follows the page tokens of a list call to its end. A repeated token would never end.
func readPages[Item any, Response response[Item]](t testing.TB, what string, list func(pageToken string) (Response, error)) (items []Item, pages int) {
	t.Helper()
	token := ""
	given := map[string]bool{}
	for pages = 1; pages <= pagesMax; pages++ {
		page, err := list(token)
		check.Succeeds(t, what, err)
		items = append(items, page.GetList()...)
		token = page.GetNextPageToken()
		if token == "" {
			return items, pages
		}
		if given[token] {
			t.Fatalf("%s: page token %q came twice", what, token)
		}
		given[token] = true
	}
	t.Fatalf("%s: there is no end after %d pages", what, pagesMax)
	return nil, 0
}

func resourceKey(id *v2.ResourceId) string {
	return id.GetResourceType() + ":" + id.GetResource()
}

func resourceKeys(resources []*v2.Resource) []string {
	return mapped(resources, func(resource *v2.Resource) string { return resourceKey(resource.GetId()) })
}

func entitlementIDs(entitlements []*v2.Entitlement) []string {
	return mapped(entitlements, (*v2.Entitlement).GetId)
}

func grantIDs(grants []*v2.Grant) []string {
	return mapped(grants, (*v2.Grant).GetId)
}

func resourceTypeIDs(types []*v2.ResourceType) []string {
	return mapped(types, (*v2.ResourceType).GetId)
}

func mapped[From, To any](items []From, to func(From) To) []To {
	all := make([]To, 0, len(items))
	for _, item := range items {
		all = append(all, to(item))
	}
	return all
}
