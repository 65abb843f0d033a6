package hostile

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
)

// Listings of more than one page, and of types that are listed as one.
var listScenarios = []Scenario{
	{Name: "nothing is wrong", Build: small},
	{Name: "nothing at all", Build: NewWorld},
	{Name: "types on three pages", Build: inSmall(func(w *World) { w.Split(Types, "", 1, 1) })},
	{Name: "types after an empty page", Build: inSmall(func(w *World) { w.Split(Types, "", 0, 1) })},
	{Name: "resources on pages, some empty", Build: inSmall(func(w *World) { w.Split(Resources, "user", 1, 0, 2, 0) })},
	{Name: "entitlements on pages", Build: inSmall(func(w *World) {
		w.Add(Entitlements, "group:g1", entitlement(group("g1"), "owner"), entitlement(group("g1"), "guest"))
		w.Split(Entitlements, "group:g1", 1, 0, 1)
	})},
	{Name: "grants on pages, some empty", Build: inSmall(func(w *World) { w.Split(Grants, "group:g1", 0, 1, 0) })},
	{Name: "static entitlements on pages", Build: inSmall(func(w *World) {
		w.Add(Static, "group", &v2.Entitlement{Slug: "a"}, &v2.Entitlement{Slug: "b", DisplayName: "B", Description: "named"})
		w.Split(Static, "group", 1)
	})},
	{Name: "five hundred pages", Build: inSmall(func(w *World) {
		for i := range 500 {
			w.Add(Grants, "group:g1", memberOf("g1", id("user", fmt.Sprint("many", i))))
			w.Add(Resources, "user", user(fmt.Sprint("many", i)))
		}
		w.Split(Grants, "group:g1", ones(500)...)
		w.Split(Resources, "user", ones(500)...)
	})},
	{Name: "more resources than a page of the file", Build: inSmall(func(w *World) {
		w.First(Types, "").Items[0] = resourceType("user", userTrait, &v2.SkipEntitlementsAndGrants{})
		for i := range 12_000 {
			w.Add(Resources, "user", user(fmt.Sprint("many", i)))
		}
		w.Split(Resources, "user", 6000)
	})},
	{Name: "a page of more than 4 MiB", Fails: true, Build: inSmall(func(w *World) {
		for i := range 5 {
			large := user(fmt.Sprint("large", i))
			large.Description = strings.Repeat("x", 1<<20)
			w.Add(Resources, "user", large)
		}
	})},
	{Name: "type-scoped", Build: func() *World { return scoped() }},
	{Name: "type-scoped, without a resource", Build: inScoped(func(w *World) {
		delete(w.Pages, Call{Resources, "group", ""})
	})},
	{Name: "type-scoped grants alone", Build: inSmall(func(w *World) {
		w.First(Types, "").Items[1] = resourceType("group", groupTrait, &v2.TypeScopedGrants{})
		w.Add(Grants, AllOf("group"), memberOf("g1", id("user", "u5")))
	})},
	{Name: "type-scoped entitlements alone", Build: inSmall(func(w *World) {
		w.First(Types, "").Items[1] = resourceType("group", groupTrait, &v2.TypeScopedEntitlements{})
		w.Add(Entitlements, AllOf("group"), entitlement(group("g1"), "owner"))
	})},
	{Name: "type-scoped on pages", Build: inScoped(func(w *World) {
		w.Split(Entitlements, AllOf("group"), 1, 1)
		w.Split(Grants, AllOf("group"), 1, 2, 0, 1)
	})},
	{Name: "types that are listed twice", Build: inSmall(func(w *World) {
		again := resourceType("group", groupTrait)
		again.DisplayName = "again"
		w.Add(Types, "", again)
		w.Split(Types, "", 3)
	})},
}

func ones(count int) []int {
	sizes := make([]int, count)
	for i := range sizes {
		sizes[i] = 1
	}
	return sizes
}

// The connector ends the Go syncer, which would call it forever.
const againRow = "a listing that returns a page token again"

// Page tokens that a response enqueues, and those that come again.
var pageTokenScenarios = []Scenario{
	{Name: "enqueued pages of grants", Build: enqueuing(scoped, Grants, AllOf("group"), "a", "b")},
	{Name: "enqueued pages of entitlements", Build: enqueuing(scoped, Entitlements, AllOf("group"), "a", "b")},
	{Name: "enqueued pages of the grants of a resource", Build: enqueuing(small1, Grants, "group:g1", "a", "b")},
	{Name: "enqueued pages of the entitlements of a resource", Build: enqueuing(small1, Entitlements, "group:g1", "a", "b")},
	{Name: "enqueued pages that have next pages and enqueue others", Build: inScoped(func(w *World) {
		all := AllOf("group")
		w.First(Grants, all).Enqueue("a", "b")
		a := w.Page(Grants, all, "a")
		a.Items, a.Next = []proto.Message{memberOf("g1", id("user", "u3"))}, "a2"
		w.Page(Grants, all, "a2").Items = []proto.Message{memberOf("g1", id("user", "u4"))}
		b := w.Page(Grants, all, "b")
		b.Items = []proto.Message{memberOf("g2", id("user", "u4"))}
		b.Enqueue("c")
		w.Page(Grants, all, "c").Items = []proto.Message{memberOf("g3", id("user", "u1"))}
	})},
	{Name: "a page enqueued by two responses", Build: inScoped(func(w *World) {
		all := AllOf("group")
		w.First(Grants, all).Enqueue("a", "b")
		w.Page(Grants, all, "a").Enqueue("c", "b")
		w.Page(Grants, all, "b").Enqueue("c")
		w.Page(Grants, all, "c").Items = []proto.Message{memberOf("g3", id("user", "u1"))}
	})},
	{Name: "a page enqueued twice by a response", Fails: true, Build: enqueuing(scoped, Grants, AllOf("group"), "a", "b", "a")},
	{Name: "the next page is also enqueued", Fails: true, Build: inScoped(func(w *World) {
		w.Split(Grants, AllOf("group"), 1)
		w.First(Grants, AllOf("group")).Enqueue("page 2")
	})},
	{Name: "an enqueued page without a token", Fails: true, Build: inScoped(func(w *World) {
		w.First(Grants, AllOf("group")).Enqueue("a", "")
		w.Page(Grants, AllOf("group"), "a")
	})},
	{Name: "two annotations that enqueue", Fails: true, Build: inScoped(func(w *World) {
		for _, token := range []string{"a", "b"} {
			w.First(Grants, AllOf("group")).Enqueue(token)
			w.Page(Grants, AllOf("group"), token)
		}
	})},
	{Name: "1,024 enqueued pages", Build: enqueuing(scoped, Grants, AllOf("group"), tokens(1024)...)},
	{Name: "1,025 enqueued pages", Fails: true, Build: enqueuing(scoped, Grants, AllOf("group"), tokens(1025)...)},
	{Name: "an enqueued page token of more than 1 MiB", Fails: true,
		Build: enqueuing(scoped, Grants, AllOf("group"), strings.Repeat("x", 1<<20+1))},
	{Name: "a malformed annotation that enqueues", Fails: true, Build: inScoped(func(w *World) {
		w.First(Grants, AllOf("group")).Enqueue("a")
		w.First(Grants, AllOf("group")).Annotations[0].Value = []byte{0xff}
	})},
	{Name: "pages of resources that are enqueued", Build: enqueuing(small1, Resources, "user", "a")},
	{Name: "the page token of resources comes again", Fails: true, Differs: CodesDiffer, Parity: againRow, Build: inSmall(func(w *World) {
		w.Split(Resources, "user", 1)
		w.Page(Resources, "user", "page 2").Next = "page 2"
	})},
	{Name: "the page token of grants comes again", Fails: true, Differs: CodesDiffer, Parity: againRow, Build: inSmall(func(w *World) {
		w.Split(Grants, "group:g1", 1)
		w.Page(Grants, "group:g1", "page 2").Next = "page 2"
	})},
	{Name: "the page tokens of entitlements go in a circle", Fails: true, Differs: CodesDiffer, Parity: againRow, Build: inSmall(func(w *World) {
		w.Split(Entitlements, "group:g1", 0, 0)
		w.Page(Entitlements, "group:g1", "page 3").Next = "page 2"
	})},
	{Name: "the page tokens of types go in a circle", Fails: true, Differs: CodesDiffer, Parity: againRow, Build: inSmall(func(w *World) {
		w.Split(Types, "", 1, 1)
		w.Page(Types, "", "page 3").Next = "page 2"
	})},
}

// small1 is small as a world with options, like scoped.
func small1(...proto.Message) *World {
	return small()
}

// enqueuing is a world whose listing enqueues pages. Each has an item of its own.
func enqueuing(build func(...proto.Message) *World, method Method, subject string, tokens ...string) func() *World {
	return func() *World {
		w := build()
		w.First(method, subject).Enqueue(tokens...)
		for i, token := range tokens {
			var item proto.Message
			switch method {
			case Entitlements:
				item = entitlement(group("g1"), fmt.Sprint("enqueued ", i))
			case Grants:
				item = memberOf("g1", id("user", fmt.Sprint("enqueued ", i)))
			default:
				item = user(fmt.Sprint("enqueued ", i))
			}
			if token != "" {
				w.Page(method, subject, token).Items = []proto.Message{item}
			}
		}
		return w
	}
}

func tokens(count int) []string {
	all := make([]string, count)
	for i := range all {
		all[i] = fmt.Sprint("token ", i)
	}
	return all
}
