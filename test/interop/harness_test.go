package interop

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"

	"interop/internal/balancer"
	"interop/internal/check"
	"interop/internal/goconnector"
	"interop/internal/program"
)

func TestHarness(t *testing.T) {
	t.Run("a connector built on the SDK passes", func(t *testing.T) {
		report := program.Harness(t, goconnector.Serve(t, goconnector.Fault{}), "--file", filepath.Join(t.TempDir(), "sync.c1z"))
		passes(t, report)
		check.Equal(t, "resources", report.Walked.Resources, 72)
		check.Equal(t, "entitlements", report.Walked.Entitlements, 24)
		check.Equal(t, "grants", report.Walked.Grants, 288)
	})

	percipio := program.StartPercipio(t, program.Organization{Users: 60, Courses: 40, ActivityRows: 700})
	one, two := program.Serve(t, percipio), program.Serve(t, percipio)
	ours := func(t *testing.T, report program.Report) {
		passes(t, report)
		check.Equal(t, "resources", report.Walked.Resources, len(percipio.Truth.ResourceIDs()))
		check.Equal(t, "entitlements", report.Walked.Entitlements, len(percipio.Truth.EntitlementIDs))
		check.Equal(t, "grants", report.Walked.Grants, len(percipio.Truth.GrantIDs))
	}
	t.Run("our own server passes", func(t *testing.T) {
		ours(t, program.Harness(t, one.Address, "--file", filepath.Join(t.TempDir(), "sync.c1z")))
	})
	t.Run("our own server and another process of it pass", func(t *testing.T) {
		ours(t, program.Harness(t, one.Address, "--replica", two.Address))
	})
	t.Run("two of ours behind one address, calls alternating, pass", func(t *testing.T) {
		front := balancer.Start(t, one.Address, two.Address)
		ours(t, program.Harness(t, front.Address))
		bothServed(t, front, "ListGrants")
	})
}

// What the harness must report about a connector with one fault: the failed checks, and a text in the message of the
// first one.
type planted struct {
	name  string
	fault goconnector.Fault
	fails []string
	names string
}

func TestHarnessFindsFaults(t *testing.T) {
	for _, planted := range plantedFaults() {
		t.Run(planted.name, func(t *testing.T) {
			report := program.Harness(t, goconnector.Serve(t, planted.fault), "--timeout", "2m")
			check.Equal(t, "exit code", report.ExitCode, 1)
			check.SameIDs(t, "failed checks", report.With("failed"), planted.fails)
			for _, found := range report.Checks {
				if found.ID == planted.fails[0] {
					check.That(t, strings.Contains(found.Detail, planted.names), "%s does not name %q: %s", found.ID, planted.names, found.Detail)
					t.Logf("%s: %s", found.ID, found.Detail)
				}
				if found.Outcome == "failed" {
					check.That(t, found.Detail != "", "%s says nothing", found.ID)
				}
			}
		})
	}
}

func plantedFaults() []planted {
	var tokens, walks atomic.Int64
	var usedTokens usedTokens
	return []planted{
		{"a resource twice", data(func(d *goconnector.Data) {
			d.Members = append(d.Members, d.Members[3])
		}), []string{"resources-listed-once"}, "m3"},
		{"a resource of another type", data(func(d *goconnector.Data) {
			stray := proto.CloneOf(d.Members[0])
			stray.GetId().SetResource("stray")
			d.Teams = append(d.Teams, stray)
		}), []string{"resource-types-match", "resource-traits-present"}, "stray"},
		{"a user without the trait of users", data(func(d *goconnector.Data) {
			d.Members[5] = proto.CloneOf(d.Members[5])
			d.Members[5].SetAnnotations(nil)
		}), []string{"resource-traits-present"}, "m5"},
		{"a resource with BatonID", data(func(d *goconnector.Data) {
			d.Teams[1].SetAnnotations(append(d.Teams[1].GetAnnotations(), annotations.New(&v2.BatonID{})...))
		}), []string{"no-baton-id"}, "t1"},
		{"a resource whose name is too long", data(func(d *goconnector.Data) {
			d.Members[2].SetDisplayName(strings.Repeat("x", 1025))
		}), []string{"resources-valid"}, "display_name"},
		{"an entitlement twice", data(func(d *goconnector.Data) {
			d.Entitlements["t2"] = append(d.Entitlements["t2"], d.Entitlements["t2"][0])
		}), []string{"entitlement-ids-unique"}, "team:t2:member"},
		{"a grant twice", data(func(d *goconnector.Data) {
			d.Grants["t2"] = append(d.Grants["t2"], d.Grants["t2"][4])
		}), []string{"grant-ids-unique"}, "team:t2:member:member:m17"},
		{"a grant of an entitlement that is not listed", data(func(d *goconnector.Data) {
			d.Entitlements["t3"] = d.Entitlements["t3"][:1]
		}), []string{"grant-entitlements-resolve"}, "team:t3:lead"},
		{"a grant to somebody who is not listed", data(func(d *goconnector.Data) {
			stray := proto.CloneOf(d.Grants["t4"][1])
			stray.GetPrincipal().GetId().SetResource("stray")
			stray.SetId("team:t4:member:member:stray")
			d.Grants["t4"] = append(d.Grants["t4"], stray)
		}), []string{"grant-principals-resolve"}, "stray"},
		{"an entitlement for a type that is not listed", data(func(d *goconnector.Data) {
			d.Entitlements["t5"][0].SetGrantableTo([]*v2.ResourceType{{Id: "robot", DisplayName: "Robot"}})
		}), []string{"grantable-types-exist"}, "robot"},
		{"grants of a type that skips them", data(func(d *goconnector.Data) {
			d.Grants["m0"] = d.Grants["t0"][:1]
		}), []string{"skipped-types-answer-none"}, "member"},
		{"an answer that is larger than a Go client takes", data(func(d *goconnector.Data) {
			for i := range 10 {
				d.Grants["t6"][i].SetAnnotations(annotations.New(&v2.ETag{Value: strings.Repeat("x", 500_000)}))
			}
		}), []string{"messages-fit"}, "ListGrants"},

		{"ids that change from walk to walk", onAnswer(func(_ proto.Message, page *v2.GrantsServiceListGrantsResponse) {
			for _, grant := range page.GetList() {
				grant.SetId(fmt.Sprintf("%s#%d", grant.GetId(), walks.Add(1)))
			}
		}), []string{"grant-ids-stable", "page-token-repeatable", "page-size-same-items"}, "#"},
		{"page tokens that go round in a circle", onAnswer(func(_ proto.Message, page *v2.GrantsServiceListGrantsResponse) {
			if page.GetNextPageToken() == "" && len(page.GetList()) > 0 {
				page.SetNextPageToken("10")
			}
		}), []string{"page-tokens-end"}, "ListGrants"},
		{"page tokens without end", onCall(func(request *v2.ResourcesServiceListResourcesRequest, serve serve) (proto.Message, error) {
			isOurs := request.GetPageToken() == "" || strings.HasPrefix(request.GetPageToken(), "again ")
			if request.GetResourceTypeId() != "team" || !isOurs {
				return serve(request)
			}
			request.SetPageToken("")
			answer, err := serve(request)
			if err == nil {
				answer.(*v2.ResourcesServiceListResourcesResponse).SetNextPageToken(fmt.Sprint("again ", tokens.Add(1)))
			}
			return answer, err
		}), []string{"page-tokens-end", "resources-listed-once"}, "team"},
		{"a page token that is too long", onAnswer(func(_ proto.Message, page *v2.GrantsServiceListGrantsResponse) {
			if page.GetNextPageToken() != "" {
				page.SetNextPageToken(strings.Repeat("x", 1<<20+1))
			}
		}), []string{"page-token-length"}, "ListGrants"},
		{"a page token that works once", onCall(func(request *v2.GrantsServiceListGrantsRequest, serve serve) (proto.Message, error) {
			if token := request.GetPageToken(); token != "" && usedTokens.use(request) {
				return nil, status.Errorf(codes.InvalidArgument, "page token %q has been used", token)
			}
			return serve(request)
		}), []string{"page-token-repeatable"}, "has been used"},
		{"a page token that nobody gave out is taken", onCall(func(request *v2.ResourcesServiceListResourcesRequest, serve serve) (proto.Message, error) {
			if strings.Trim(request.GetPageToken(), "0123456789") != "" && len(request.GetPageToken()) <= 1<<20 {
				request.SetPageToken("")
			}
			return serve(request)
		}), []string{"page-token-garbage"}, "ListResources"},
		{"larger pages than were asked for", onCall(func(request *v2.GrantsServiceListGrantsRequest, serve serve) (proto.Message, error) {
			if size := request.GetPageSize(); size > 0 && size < 250 {
				request.SetPageSize(size + 1)
			}
			return serve(request)
		}), []string{"page-size-respected"}, "ListGrants"},
		{"other items on small pages", onAnswer(func(request proto.Message, page *v2.EntitlementsServiceListEntitlementsResponse) {
			if request.(*v2.EntitlementsServiceListEntitlementsRequest).GetPageSize() == 1 {
				page.SetList(nil)
			}
		}), []string{"page-size-same-items"}, "ListEntitlements"},
		{"an answer that fails", onCall(func(request *v2.GrantsServiceListGrantsRequest, serve serve) (proto.Message, error) {
			if request.GetResource().GetId().GetResource() == "t7" {
				return nil, status.Error(codes.Internal, "the seventh team is not there")
			}
			return serve(request)
		}), []string{"listings-answer"}, "the seventh team is not there"},

		{"too large a page size is taken", onCall(func(request *v2.ResourcesServiceListResourcesRequest, serve serve) (proto.Message, error) {
			request.SetPageSize(min(request.GetPageSize(), 250))
			return serve(request)
		}), []string{"page-size-limit"}, "251"},
		{"too long a sync id is taken", onCall(func(request *v2.ConnectorServiceCleanupRequest, serve serve) (proto.Message, error) {
			request.SetActiveSyncId("")
			return serve(request)
		}), []string{"sync-id-limit"}, "Cleanup"},
		{"an unknown type is empty", onCall(func(request *v2.ResourcesServiceListResourcesRequest, serve serve) (proto.Message, error) {
			answer, err := serve(request)
			if status.Code(err) == codes.NotFound {
				return &v2.ResourcesServiceListResourcesResponse{}, nil
			}
			return answer, err
		}), []string{"unknown-type-not-found"}, "ListResources"},
		{"grants of no resource", onCall(func(request *v2.GrantsServiceListGrantsRequest, serve serve) (proto.Message, error) {
			if request.GetResource() == nil {
				return &v2.GrantsServiceListGrantsResponse{}, nil
			}
			return serve(request)
		}), []string{"resource-required"}, "ListGrants"},
		{"a capability that is not there", onAnswer(func(_ proto.Message, answer *v2.ConnectorServiceGetMetadataResponse) {
			capabilities := answer.GetMetadata().GetCapabilities()
			for _, ofType := range capabilities.GetResourceTypeCapabilities() {
				ofType.SetCapabilities(append(ofType.GetCapabilities(), v2.Capability_CAPABILITY_TARGETED_SYNC))
			}
			capabilities.SetConnectorCapabilities(append(capabilities.GetConnectorCapabilities(), v2.Capability_CAPABILITY_TARGETED_SYNC))
		}), []string{"targeted-sync-agrees"}, "GetResource"},
		{"a capability of one type that the connector lacks", onAnswer(func(_ proto.Message, answer *v2.ConnectorServiceGetMetadataResponse) {
			answer.GetMetadata().GetCapabilities().SetConnectorCapabilities(nil)
		}), []string{"capabilities-united"}, "CAPABILITY_SYNC"},
		{"capabilities without a type that is listed", onAnswer(func(_ proto.Message, answer *v2.ConnectorServiceGetMetadataResponse) {
			capabilities := answer.GetMetadata().GetCapabilities()
			capabilities.SetResourceTypeCapabilities(capabilities.GetResourceTypeCapabilities()[:1])
		}), []string{"capability-types-agree"}, "team"},
		{"event feeds that are not named", onAnswer(func(_ proto.Message, answer *v2.ListEventFeedsResponse) {
			answer.SetList([]*v2.EventFeedMetadata{{Id: "feed", SupportedEventTypes: []v2.EventType{v2.EventType_EVENT_TYPE_USAGE}}})
		}), []string{"event-feeds-agree", "event-feeds-answer"}, "feed"},
		{"an answer for what is not supported", onCall(func(*v2.GrantManagerServiceGrantRequest, serve) (proto.Message, error) {
			return &v2.GrantManagerServiceGrantResponse{}, nil
		}), []string{"provisioning-invalid-refused", "provisioning-unsupported"}, "Grant"},
		{"a version that is none", onAnswer(func(_ proto.Message, answer *v2.ConnectorServiceValidateResponse) {
			answer.SetSdkVersion("latest")
		}), []string{"sdk-version-semver"}, "latest"},
		{"Cleanup that fails", onCall(func(request *v2.ConnectorServiceCleanupRequest, serve serve) (proto.Message, error) {
			if _, err := serve(request); err != nil {
				return nil, err
			}
			return nil, status.Error(codes.Internal, "cannot clean up")
		}), []string{"cleanup-answers"}, "cannot clean up"},
	}
}

type serve = func(proto.Message) (proto.Message, error)

// data is a fault in the listed items.
func data(change func(*goconnector.Data)) goconnector.Fault {
	return goconnector.Fault{Data: change}
}

// onCall is a fault in how one kind of request is handled.
func onCall[Request proto.Message](call func(Request, serve) (proto.Message, error)) goconnector.Fault {
	return goconnector.Fault{Call: func(request proto.Message, serve serve) (proto.Message, error) {
		if ours, ok := request.(Request); ok {
			return call(ours, serve)
		}
		return serve(request)
	}}
}

// onAnswer is a fault in one kind of response.
func onAnswer[Answer proto.Message](change func(request proto.Message, answer Answer)) goconnector.Fault {
	return goconnector.Fault{Call: func(request proto.Message, serve serve) (proto.Message, error) {
		answer, err := serve(request)
		if ours, ok := answer.(Answer); ok && err == nil {
			change(request, ours)
		}
		return answer, err
	}}
}

// passes checks that the harness has no findings.
func passes(t *testing.T, report program.Report) {
	t.Helper()
	check.Equal(t, "exit code", report.ExitCode, 0)
	for _, found := range report.Checks {
		check.That(t, found.Outcome != "failed", "%s: %s", found.ID, found.Detail)
	}
	check.That(t, report.Passed > 40, "only %d checks passed", report.Passed)
	notApplicable := report.With("not applicable")
	slices.Sort(notApplicable)
	t.Logf("%d passed, %d not applicable: %v", report.Passed, report.NotApplicable, notApplicable)
}

// usedTokens are page tokens seen before.
type usedTokens struct {
	mutex sync.Mutex
	used  map[string]bool
}

// use reports whether the page of a request was already requested in its sync, and records it.
func (u *usedTokens) use(request *v2.GrantsServiceListGrantsRequest) bool {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	key := fmt.Sprint(request.GetResource().GetId().GetResource(), " ", request.GetPageToken(), " ", request.GetPageSize(), " ", request.GetActiveSyncId())
	was := u.used[key]
	if u.used == nil {
		u.used = map[string]bool{}
	}
	u.used[key] = true
	return was
}
