// Package hostile is a connector that lists what it should not: a scripted world for each scenario, and random worlds,
// each from a seed. It answers over gRPC exactly what its world says, without the SDK's own checks of a connector.
package hostile

import (
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
)

// Method is a call that a sync makes of a connector.
type Method string

const (
	Validate     Method = "Validate"
	Types        Method = "ListResourceTypes"
	Resources    Method = "ListResources"
	GetResource  Method = "GetResource"
	Static       Method = "ListStaticEntitlements"
	Entitlements Method = "ListEntitlements"
	Grants       Method = "ListGrants"
)

// Call is a call of a connector: what it is about, see subject, and the page token.
type Call struct {
	Method         Method
	Subject, Token string
}

func (c Call) String() string {
	return fmt.Sprintf("%s(%s, %q)", c.Method, c.Subject, c.Token)
}

// Page is the response to a call.
type Page struct {
	Items       []proto.Message
	Next        string
	Annotations []*anypb.Any
	// Failures are returned first, one by each attempt.
	Failures []error
	// Fails is returned by every attempt after those.
	Fails error
}

// World is everything that a connector answers. A call without a page is answered with an empty list if it has no page
// token, and with INVALID_ARGUMENT if it has.
type World struct {
	Pages   map[Call]*Page
	Options Options
}

// Options say how to sync a world.
type Options struct {
	// ResourceTypes are the only ones to sync, if there are any.
	ResourceTypes []string
	// Targets are the only resources to sync, if there are any.
	Targets                   []*v2.Resource
	SkipEntitlementsAndGrants bool
	SkipGrants                bool
	// SkipExpandGrants leaves grants that follow from others to the reader of the file.
	SkipExpandGrants bool
	// External is what another file is a sync of, whose resources are copied and matched.
	External *World
	// ExternalEntitlement is the entitlement of the other file whose holders alone are copied, if any.
	ExternalEntitlement string
	// ExternalTraits are those of the types to copy and match. None are users and groups.
	ExternalTraits []v2.ResourceType_Trait
	// Workers is how many calls a sync may make at a time; 0 and 1 are one after the other.
	Workers int
}

// NewWorld returns a world without a resource type.
func NewWorld() *World {
	return &World{Pages: map[Call]*Page{}}
}

// Page returns the response to a call, to change it.
func (w *World) Page(method Method, subject, token string) *Page {
	call := Call{method, subject, token}
	if w.Pages[call] == nil {
		w.Pages[call] = &Page{}
	}
	return w.Pages[call]
}

// First returns the first page of a listing, to change it.
func (w *World) First(method Method, subject string) *Page {
	return w.Page(method, subject, "")
}

// Add appends items to the first page of a listing.
func (w *World) Add(method Method, subject string, items ...proto.Message) {
	page := w.First(method, subject)
	page.Items = append(page.Items, items...)
}

// Split makes pages of a listing that has one. The rest of its items is on the last page.
func (w *World) Split(method Method, subject string, sizes ...int) {
	page := w.First(method, subject)
	rest, last := page.Items, page.Next
	for i, size := range sizes {
		size = min(size, len(rest))
		page.Items, rest = rest[:size:size], rest[size:]
		page.Next = fmt.Sprintf("page %d", i+2)
		page = w.Page(method, subject, page.Next)
	}
	page.Items, page.Next = rest, last
}

// Enqueue adds the page tokens to those that the page says to read too.
func (p *Page) Enqueue(tokens ...string) {
	p.Annotate(&v2.EnqueuePageTokens{PageTokens: tokens})
}

// Annotate appends annotations to the response itself.
func (p *Page) Annotate(messages ...proto.Message) {
	p.Annotations = append(p.Annotations, pack(messages...)...)
}

// FailsFirst makes the first attempts fail.
func (p *Page) FailsFirst(code codes.Code, attempts int) {
	for range attempts {
		p.Failures = append(p.Failures, status.Error(code, "planted: fails for the moment"))
	}
}

// FailsAlways makes every attempt fail.
func (p *Page) FailsAlways(code codes.Code) {
	p.Fails = status.Error(code, "planted: always fails")
}

func pack(messages ...proto.Message) []*anypb.Any {
	var packed []*anypb.Any
	for _, message := range messages {
		each, err := anypb.New(message)
		if err != nil {
			panic(err)
		}
		packed = append(packed, each)
	}
	return packed
}

// Subjects of calls: what a listing is about.

// OfType is the subject of the resources of a type, or of its static entitlements.
func OfType(resourceType string) string {
	return resourceType
}

// Below is the subject of the resources of a type with a parent.
func Below(resourceType string, parent *v2.ResourceId) string {
	return resourceType + " below " + Of(parent)
}

// Of is the subject of the entitlements or grants of a resource.
func Of(id *v2.ResourceId) string {
	return id.GetResourceType() + ":" + id.GetResource()
}

// AllOf is the subject of the entitlements or grants of a type-scoped type.
func AllOf(resourceType string) string {
	return "all of " + resourceType
}
