package hostile

import (
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
)

// listings is one of each kind, in small.
var listings = []struct {
	what    string
	method  Method
	subject string
}{
	{"types", Types, ""},
	{"resources", Resources, "user"},
	{"static entitlements", Static, "group"},
	{"entitlements", Entitlements, "group:g1"},
	{"grants", Grants, "group:g1"},
}

// Calls that fail, for the moment or always.
var failureScenarios = func() (scenarios []Scenario) {
	for _, each := range listings {
		for _, code := range []codes.Code{codes.Unavailable, codes.DeadlineExceeded} {
			scenarios = append(scenarios, Scenario{Name: each.what + " that are at first " + name(code), Build: inSmall(func(w *World) {
				w.Split(each.method, each.subject, 1)
				w.Page(each.method, each.subject, "page 2").FailsFirst(code, 1)
			})})
		}
		for _, code := range []codes.Code{codes.Internal, codes.PermissionDenied} {
			scenarios = append(scenarios, Scenario{Name: each.what + " that always fail with " + name(code), Fails: true, Build: inSmall(func(w *World) {
				w.Split(each.method, each.subject, 1)
				w.Page(each.method, each.subject, "page 2").FailsAlways(code)
			})})
		}
	}
	for _, code := range []codes.Code{codes.Unknown, codes.ResourceExhausted, codes.Unimplemented, codes.Canceled, codes.Aborted, codes.Unauthenticated} {
		scenarios = append(scenarios, Scenario{Name: "grants that always fail with " + name(code), Fails: true, Build: inSmall(func(w *World) {
			w.First(Grants, "group:g1").FailsAlways(code)
		})})
	}
	return append(scenarios,
		Scenario{Name: "a listing that is twice unavailable", Build: inSmall(func(w *World) {
			w.First(Grants, "group:g1").FailsFirst(codes.Unavailable, 2)
		})},
		Scenario{Name: "a listing that is unavailable until a time", Build: inSmall(func(w *World) {
			limited, err := status.New(codes.Unavailable, "planted: too many requests").WithDetails(&v2.RateLimitDescription{
				Limit: 10, ResetAt: timestamppb.New(time.Now().Add(500 * time.Millisecond)),
			})
			if err != nil {
				panic(err)
			}
			w.First(Grants, "group:g1").Failures = []error{limited.Err()}
		})},
		Scenario{Name: "a type-scoped listing that is at first unavailable", Build: inScoped(func(w *World) {
			w.First(Grants, AllOf("group")).FailsFirst(codes.Unavailable, 1)
		})},
		Scenario{Name: "an enqueued page that is at first unavailable", Build: changed(enqueuing(scoped, Grants, AllOf("group"), "a"), func(w *World) {
			w.Page(Grants, AllOf("group"), "a").FailsFirst(codes.Unavailable, 1)
		})},
		Scenario{Name: "Validate fails", Fails: true, Build: inSmall(func(w *World) { w.First(Validate, "").FailsAlways(codes.Unauthenticated) })},
		Scenario{Name: "Validate is not implemented", Fails: true, Build: inSmall(func(w *World) { w.First(Validate, "").FailsAlways(codes.Unimplemented) })},
	)
}()

func name(code codes.Code) string {
	return map[codes.Code]string{
		codes.Unavailable: "UNAVAILABLE", codes.DeadlineExceeded: "DEADLINE_EXCEEDED", codes.Internal: "INTERNAL", codes.Aborted: "ABORTED",
		codes.PermissionDenied: "PERMISSION_DENIED", codes.Unknown: "UNKNOWN", codes.ResourceExhausted: "RESOURCE_EXHAUSTED",
		codes.Unimplemented: "UNIMPLEMENTED", codes.Canceled: "CANCELLED", codes.Unauthenticated: "UNAUTHENTICATED",
	}[code]
}

const vanishedRow = "the listing of a resource type is NOT_FOUND"

// What is gone when it is asked for.
var vanishedScenarios = []Scenario{
	{Name: "types are gone", Fails: true, Build: vanished(small, Types, "", "")},
	{Name: "the resources of a type are gone", Build: vanished(small, Resources, "user", ""),
		Differs: OnlyOursFails, Parity: vanishedRow},
	{Name: "the second page of the resources of a type is gone", Build: changed(inSmall(func(w *World) { w.Split(Resources, "user", 1) }),
		func(w *World) { w.Page(Resources, "user", "page 2").FailsAlways(codes.NotFound) }),
		Differs: OnlyOursFails, Parity: vanishedRow},
	{Name: "the children of a resource are gone", Build: inSmall(func(w *World) {
		w.First(Resources, "group").Items[0] = group("g1", child("role"), child("user"))
		w.First(Resources, Below("role", id("group", "g1"))).FailsAlways(codes.NotFound)
		w.Add(Resources, Below("user", id("group", "g1")), below("g1", user("u6")))
	})},
	{Name: "static entitlements are gone", Build: inSmall(func(w *World) {
		w.First(Static, "group").FailsAlways(codes.NotFound)
		w.Add(Static, "user", &v2.Entitlement{Slug: "static"})
	})},
	{Name: "the entitlements of a resource are gone", Build: vanished(small, Entitlements, "group:g1", "")},
	{Name: "the second page of entitlements is gone", Build: changed(inSmall(func(w *World) { w.Split(Entitlements, "group:g1", 1) }),
		func(w *World) { w.Page(Entitlements, "group:g1", "page 2").FailsAlways(codes.NotFound) })},
	{Name: "the grants of a resource are gone", Build: vanished(small, Grants, "group:g1", "")},
	{Name: "the second page of grants is gone", Build: changed(inSmall(func(w *World) { w.Split(Grants, "group:g1", 1) }),
		func(w *World) { w.Page(Grants, "group:g1", "page 2").FailsAlways(codes.NotFound) })},
	{Name: "the grants of a type-scoped type are gone", Build: inScoped(func(w *World) {
		w.First(Grants, AllOf("group")).FailsAlways(codes.NotFound)
	})},
	{Name: "one of three enqueued pages is gone", Build: changed(enqueuing(scoped, Grants, AllOf("group"), "a", "b", "c"), func(w *World) {
		w.Page(Grants, AllOf("group"), "b").FailsAlways(codes.NotFound)
	})},
	{Name: "a page is gone and its enqueued pages are not", Build: changed(enqueuing(scoped, Grants, AllOf("group"), "a", "b", "c"), func(w *World) {
		w.First(Grants, AllOf("group")).Next = "gone"
		w.Page(Grants, AllOf("group"), "gone").FailsAlways(codes.NotFound)
	})},
	{Name: "the entitlements of 11 of 60 resources are gone", Fails: true, Build: vanishedMany(Entitlements, 60, 11)},
	{Name: "the first 12 of 200 resources are gone", Build: vanishedMany(Grants, 200, 12)},
	{Name: "40 of 60 resources are gone", Fails: true, Build: vanishedMany(Grants, 60, 40)},
}

// vanished is a world with a page that is NOT_FOUND.
func vanished(build func() *World, method Method, subject, token string) func() *World {
	return changed(build, func(w *World) { w.Page(method, subject, token).FailsAlways(codes.NotFound) })
}

// vanishedMany has roles of which the first are gone when their entitlements or grants are asked for.
func vanishedMany(method Method, roles, gone int) func() *World {
	return inSmall(func(w *World) {
		for i := range roles {
			role := resource("role", fmt.Sprintf("role %03d", i))
			w.Add(Resources, "role", role)
			w.Add(Entitlements, Of(role.GetId()), entitlement(role, "assigned"))
			w.Add(Grants, Of(role.GetId()), grant(role.GetId(), "assigned", id("user", "u1")))
			if i < gone {
				w.First(method, Of(role.GetId())).FailsAlways(codes.NotFound)
			}
		}
	})
}
