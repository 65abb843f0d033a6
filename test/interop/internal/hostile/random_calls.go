package hostile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"
)

// addPages splits listings, and enqueues pages of those that may.
func (r *randomWorld) addPages() {
	for _, call := range r.listed() {
		if call.Method == Types && !(r.chance(50) && r.allTypes()) {
			continue
		}
		enqueues := call.Method == Entitlements || call.Method == Grants
		// Which of two enqueued pages is stored last differs from the Go syncer, see twiceRow.
		if enqueues && hasTwice(r.Pages[call].Items) {
			enqueues = false
		}
		if r.random.IntN(2) == 0 {
			r.Split(call.Method, call.Subject, r.sizes()...)
		}
		if r.chance(15) && enqueues {
			r.enqueue(call)
		}
	}
}

func (r *randomWorld) sizes() []int {
	sizes := make([]int, 1+r.random.IntN(3))
	for i := range sizes {
		sizes[i] = r.random.IntN(4)
	}
	return sizes
}

// enqueue moves items of the first page to pages that it enqueues.
func (r *randomWorld) enqueue(call Call) {
	page := r.First(call.Method, call.Subject)
	var tokens []string
	for len(page.Items) > 1 && len(tokens) < 3 {
		r.enqueued++
		token := fmt.Sprint("enqueued ", r.enqueued)
		r.Page(call.Method, call.Subject, token).Items = page.Items[1:2:2]
		// What a response says of its grants counts for each of its pages.
		r.Page(call.Method, call.Subject, token).Annotations = slices.Clone(page.Annotations)
		page.Items = append(page.Items[:1:1], page.Items[2:]...)
		tokens = append(tokens, token)
	}
	if len(tokens) > 0 {
		page.Enqueue(tokens...)
	}
}

func (r *randomWorld) addFailures() {
	// One for the whole world: which call fails first depends on the order of calls.
	code := pick(r, []codes.Code{codes.Internal, codes.PermissionDenied, codes.Unauthenticated})
	for _, call := range r.listed() {
		page := r.Pages[call]
		if call.Method == Static && !r.allTypes() {
			continue
		}
		if r.random.IntN(300) == 0 {
			page.FailsFirst(pick(r, []codes.Code{codes.Unavailable, codes.DeadlineExceeded}), 1)
		}
		if r.random.IntN(400) == 0 {
			page.FailsAlways(code)
		}
		if (call.Method == Entitlements || call.Method == Grants || call.Method == Static) && r.chance(2) {
			page.FailsAlways(codes.NotFound)
		}
	}
}

func (r *randomWorld) chooseOptions() {
	r.Options.Workers = pick(r, []int{1, 1, 2, 4})
	switch choice := r.random.IntN(20); {
	case choice == 0:
		r.Options.SkipEntitlementsAndGrants = true
	case choice == 1:
		r.Options.SkipGrants = true
	case choice < 4 && len(r.resources) > 0 && r.allTypes() && !r.insertsResources():
		for range 1 + r.random.IntN(3) {
			one := pick(r, r.resources)
			r.First(GetResource, Of(one.GetId())).Items = []proto.Message{one}
			r.Options.Targets = append(r.Options.Targets, &v2.Resource{Id: one.GetId()})
		}
	}
}

// insertsResources says whether grants bring resources with them. In a targeted sync, the Go syncer may list such a resource,
// as a child of another target, after these grants: which of the two wins then differs, see twiceRow.
func (r *randomWorld) insertsResources() bool {
	for _, page := range r.Pages {
		said := annotations.Annotations(page.Annotations)
		if said.Contains(&v2.InsertResourceGrants{}) {
			return true
		}
	}
	return false
}

// listed are the calls with a page, in an order that depends on the seed alone.
func (r *randomWorld) listed() []Call {
	calls := slices.Collect(maps.Keys(r.Pages))
	slices.SortFunc(calls, func(a, b Call) int { return cmp.Compare(a.String(), b.String()) })
	return calls
}

func hasTwice(items []proto.Message) bool {
	seen := map[string]bool{}
	for _, item := range items {
		itemID := item.(interface{ GetId() string }).GetId()
		if seen[itemID] {
			return true
		}
		seen[itemID] = true
	}
	return false
}
