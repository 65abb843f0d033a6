package interop

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/connectorclient"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"
	sdksync "github.com/conductorone/baton-sdk/pkg/sync"

	"interop/internal/check"
	"interop/internal/hosted"
	"interop/internal/program"
)

// hosting is a hosted connector and what surrounds it.
type hosting struct {
	percipio     *program.Percipio
	lambda       *hosted.Lambda
	conductorone *hosted.Server
	caller       *hosted.Caller
	process      *program.Hosted
	env          []string
}

// host starts a connector with the config for the Percipio, whose version is 1.
func host(t *testing.T, percipio *program.Percipio, options hosted.Options, env ...string) *hosting {
	t.Helper()
	h := &hosting{percipio: percipio, lambda: hosted.StartLambda(t)}
	h.conductorone = hosted.Start(t, hosted.Config{Values: percipio.Config(), Version: proto.String("1")}, options)
	h.caller = hosted.NewCaller(t, h.lambda)
	h.env = slices.Concat(h.lambda.Env(), h.conductorone.Env(), h.caller.Env(), env)
	h.process = program.StartHosted(t, h.env...)
	h.lambda.WaitUntilReady(t)
	return h
}

// end stops the connector, and checks what it wrote: lines of JSON on stderr, and no secret.
func (h *hosting) end(t *testing.T) {
	t.Helper()
	result := h.process.Stop(t)
	check.Equal(t, "stdout", string(result.Stdout), "")
	h.process.Log(t)
	for _, secret := range append(h.conductorone.Secrets(), h.percipio.Token) {
		check.That(t, !strings.Contains(string(result.Stderr), secret), "a secret is in the log")
	}
}

// sync syncs with the SDK's syncer, and compares the file with that of our own sync.
func (h *hosting) sync(t *testing.T) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	path, ownPath := filepath.Join(t.TempDir(), "hosted.c1z"), filepath.Join(t.TempDir(), "own.c1z")
	syncer, err := sdksync.NewSyncer(ctx, connectorclient.NewConnectorClient(ctx, h.caller.Conn(t, hosted.Both)),
		sdksync.WithC1ZPath(path), sdksync.WithTmpDir(t.TempDir()), sdksync.WithStorageEngine(c1zstore.EnginePebble),
		sdksync.WithWorkerCount(1), sdksync.WithFailFastInvariants())
	check.Succeeds(t, "make a syncer", err)
	check.Succeeds(t, "sync", syncer.Sync(t.Context()))
	check.Succeeds(t, "close the syncer", syncer.Close(ctx))
	listsTruth(t, readWithSDK(t, path), h.percipio.Truth)
	program.Sync(t, h.percipio, ownPath)
	found, own := readAll(t, path), readAll(t, ownPath)
	check.SameIDs(t, "resources of our own sync", found.resources, own.resources)
	check.SameIDs(t, "entitlements of our own sync", found.entitlements, own.entitlements)
	check.SameIDs(t, "grants of our own sync", found.grants, own.grants)
}

var smallOrganization = program.Organization{Users: 60, Courses: 40, ActivityRows: 700}

// failure is the code and the message of a call that must fail.
func failure(t *testing.T, err error) (codes.Code, string) {
	t.Helper()
	check.That(t, err != nil, "the call succeeded")
	return status.Code(err), status.Convert(err).Message()
}

func fails(t *testing.T, what string, err error, code codes.Code, message string) {
	t.Helper()
	gotCode, gotMessage := failure(t, err)
	check.Equal(t, "code of "+what, gotCode, code)
	check.That(t, strings.HasPrefix(gotMessage, message), "%s: %q does not begin with %q", what, gotMessage, message)
}

// TestHostedCalls starts a connector as ConductorOne does, with a nonce for proofs, and makes calls of every kind. The
// numbers are those of the cases in README.md.
func TestHostedCalls(t *testing.T) {
	// More users than a page has room for.
	percipio := program.StartPercipio(t, program.Organization{Users: 4000, Courses: 40, ActivityRows: 700})
	h := &hosting{percipio: percipio, lambda: hosted.StartLambda(t)}
	h.conductorone = hosted.Start(t, hosted.Config{Values: percipio.Config(), Version: proto.String("1")}, hosted.Options{})
	h.conductorone.DemandNonce()
	h.caller = hosted.NewCaller(t, h.lambda)
	h.process = program.StartHosted(t, slices.Concat(h.lambda.Env(), h.conductorone.Env(), h.caller.Env(), []string{"BATON_LOG_LEVEL=debug"})...)
	h.lambda.WaitUntilReady(t)
	conn := h.caller.Conn(t, hosted.Both)

	t.Run("1, 2, 7, 8, 14: start, nonce, proofs, assertion and default hosts", func(t *testing.T) {
		check.Equal(t, "answers for tokens", len(h.conductorone.Statuses()), 2)
		check.Equal(t, "first answer for a token", h.conductorone.Statuses()[0], http.StatusBadRequest)
		check.Equal(t, "second answer for a token", h.conductorone.Statuses()[1], http.StatusOK)
		check.That(t, slices.Equal(h.conductorone.Requested(), []string{""}), "the versions asked for are %q", h.conductorone.Requested())
		for _, agent := range h.conductorone.UserAgents() {
			check.That(t, strings.HasPrefix(agent, "baton-lambda/happy-dog-12345@127.0.0.1:"), "the user agent is %s", agent)
		}
	})
	t.Run("16: all services answer, with provisioning", func(t *testing.T) { allServicesAnswer(t, conn) })
	t.Run("17, 25: encodings, and the largest pages", func(t *testing.T) {
		ctx := t.Context()
		want := &v2.ResourcesServiceListResourcesResponse{}
		list := &v2.ResourcesServiceListResourcesRequest{ResourceTypeId: "user", PageSize: 100_000}
		check.Succeeds(t, "list users", conn.Invoke(ctx, v2.ResourcesService_ListResources_FullMethodName, list, want))
		size := proto.Size(want)
		check.That(t, size > 1<<20*3/2 && size <= 2<<20 && want.GetNextPageToken() != "", "a page has %d users and %d bytes", len(want.GetList()), size)
		for _, encoding := range []string{hosted.Legacy, hosted.Frame} {
			got := &v2.ResourcesServiceListResourcesResponse{}
			check.Succeeds(t, "list users", h.caller.Conn(t, encoding).Invoke(ctx, v2.ResourcesService_ListResources_FullMethodName, list, got))
			check.That(t, proto.Equal(got, want), "the response as %s differs", encoding)
		}
	})
	t.Run("18: an annotation of the future", func(t *testing.T) {
		request := &v2.ResourceTypesServiceListResourceTypesRequest{Annotations: []*anypb.Any{{TypeUrl: "type.googleapis.com/no.such.Type"}}}
		// The SDK's transport sends the frame alone.
		check.Succeeds(t, "list types", conn.Invoke(t.Context(), v2.ResourceTypesService_ListResourceTypes_FullMethodName, request, &v2.ResourceTypesServiceListResourceTypesResponse{}))
	})
	t.Run("19: payloads that are no calls", func(t *testing.T) {
		for payload, isError := range map[string]bool{
			`{"v":3,"frame":"AAAA"}`: true, `{"v":2,"frame":"/////w=="}`: true, `nonsense`: true, `{"v":2,"frame":"%%%"}`: false, `{}`: false, `null`: false,
		} {
			answer, got, err := h.caller.Invoke(t.Context(), payload)
			check.Succeeds(t, "invoke", err)
			check.Equal(t, "whether "+payload+" is an error of the function", got, isError)
			check.That(t, len(answer) > 0, "%s has no answer", payload)
			check.Succeeds(t, "the next call", listTypes(t.Context(), conn))
		}
	})
	t.Run("20: unknown methods", func(t *testing.T) {
		for method, message := range map[string]string{
			"nonsense":                                 `malformed method name: "nonsense"`,
			"/no.such.Service/X":                       "unknown service no.such.Service",
			"/c1.ratelimit.v1.RateLimiterService/Do":   "unknown service c1.ratelimit.v1.RateLimiterService",
			"/c1.connector.v2.ConnectorService/NoSuch": "unknown method ",
			v2.AssetService_GetAsset_FullMethodName:    "unknown method ",
		} {
			// Anyone learns this: no token is needed.
			ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Basic x")
			fails(t, method, conn.Invoke(ctx, method, &v2.AssetServiceGetAssetRequest{}, &v2.AssetServiceGetAssetResponse{}), codes.Unimplemented, message)
		}
	})
	t.Run("21: tokens of callers", func(t *testing.T) { tokensOfCallers(t, h, conn) })
	t.Run("22: time limits", func(t *testing.T) {
		for _, text := range []string{"soon", "1", "123456789S", "5s"} {
			ctx := metadata.AppendToOutgoingContext(t.Context(), "grpc-timeout", text)
			fails(t, text, listTypes(ctx, conn), codes.Internal, "malformed grpc-timeout: ")
		}
		for _, text := range []string{"99999999H", "20S"} {
			check.Succeeds(t, "a call with "+text, listTypes(metadata.AppendToOutgoingContext(t.Context(), "grpc-timeout", text), conn))
		}
		h.lambda.Timeout = time.Millisecond
		fails(t, "a call in a function without time", listTypes(t.Context(), conn), codes.DeadlineExceeded, "")
		h.lambda.Timeout = time.Minute
	})
	t.Run("23, 24: details of a failure, and the id of a request in the log", func(t *testing.T) {
		ctx := metadata.AppendToOutgoingContext(t.Context(), "x-request-id", "request-of-the-test")
		_, err := v2.NewActionServiceClient(conn).InvokeAction(ctx, v2.InvokeActionRequest_builder{Name: "no-such-action"}.Build())
		failure(t, err)
		_, err = v2.NewActionServiceClient(conn).InvokeAction(ctx, v2.InvokeActionRequest_builder{Name: "enable_user"}.Build())
		fails(t, "an action without arguments", err, codes.InvalidArgument, "")
		details := status.Convert(err).Details()
		check.That(t, len(details) == 1, "the details are %v", details)
		_, isBadRequest := details[0].(*errdetails.BadRequest)
		check.That(t, isBadRequest, "the details are %v", details)
		isLogged := slices.ContainsFunc(h.process.Log(t), func(line map[string]any) bool { return line["request_id"] == "request-of-the-test" })
		check.That(t, isLogged, "the id of the request is not in the log")
	})
	t.Run("28: a rejected response", func(t *testing.T) {
		h.lambda.RejectNext(http.StatusRequestEntityTooLarge)
		fails(t, "a call whose response is rejected", listTypes(t.Context(), conn), codes.Unknown, "lambda_transport: ")
		check.Succeeds(t, "the next call", listTypes(t.Context(), conn))
	})
	t.Run("6: a token for all of this", func(t *testing.T) {
		check.Equal(t, "answers for tokens", len(h.conductorone.Statuses()), 2)
	})
	h.end(t)
}

func listTypes(ctx context.Context, conn grpc.ClientConnInterface) error {
	_, err := v2.NewResourceTypesServiceClient(conn).ListResourceTypes(ctx, &v2.ResourceTypesServiceListResourceTypesRequest{})
	return err
}

func tokensOfCallers(t *testing.T, h *hosting, conn grpc.ClientConnInterface) {
	call := func(authorization string) error {
		return listTypes(metadata.AppendToOutgoingContext(t.Context(), "authorization", authorization), conn)
	}
	soon := time.Now().Add(5 * time.Minute)
	token := func(caller *hosted.Caller, audience string, expiry time.Time) string {
		text, err := caller.Token(jwt.Audience{audience}, expiry)
		check.Succeeds(t, "make a token", err)
		return text
	}
	valid := token(h.caller, "connector-aud", soon)
	check.Succeeds(t, "a call with a token", call("Bearer "+valid))
	fails(t, "no token", call(""), codes.Unauthenticated, "missing authorization header")
	fails(t, "another scheme", call("Basic x"), codes.Unauthenticated, "invalid authorization header")
	fails(t, "a scheme in another case", call("bearer "+valid), codes.Unauthenticated, "invalid authorization header")
	for what, text := range map[string]string{
		"another audience":     token(h.caller, "other", soon),
		"an expired token":     token(h.caller, "connector-aud", time.Now().Add(-time.Second)),
		"a token for two days": token(h.caller, "connector-aud", time.Now().Add(48*time.Hour)),
		"another key":          token(hosted.NewCaller(t, h.lambda), "connector-aud", soon),
	} {
		fails(t, what, call("Bearer "+text), codes.Unauthenticated, "invalid token: ")
	}
}

// allServicesAnswer calls a method of each service that the SDK registers for a hosted connector.
func allServicesAnswer(t *testing.T, conn grpc.ClientConnInterface) {
	ctx := t.Context()
	resource := &v2.Resource{Id: &v2.ResourceId{ResourceType: "course", Resource: "no-such-course"}}
	calls := map[string]error{}
	call := func(service string, make func() (any, error)) { _, calls[service] = make() }
	call("connector", func() (any, error) {
		return v2.NewConnectorServiceClient(conn).GetMetadata(ctx, &v2.ConnectorServiceGetMetadataRequest{})
	})
	call("resource types", func() (any, error) {
		return v2.NewResourceTypesServiceClient(conn).ListResourceTypes(ctx, &v2.ResourceTypesServiceListResourceTypesRequest{})
	})
	call("resources", func() (any, error) {
		return v2.NewResourcesServiceClient(conn).ListResources(ctx, &v2.ResourcesServiceListResourcesRequest{ResourceTypeId: "role"})
	})
	call("entitlements", func() (any, error) {
		return v2.NewEntitlementsServiceClient(conn).ListEntitlements(ctx, &v2.EntitlementsServiceListEntitlementsRequest{Resource: resource})
	})
	call("grants", func() (any, error) {
		return v2.NewGrantsServiceClient(conn).ListGrants(ctx, &v2.GrantsServiceListGrantsRequest{Resource: resource})
	})
	call("events", func() (any, error) {
		return v2.NewEventServiceClient(conn).ListEventFeeds(ctx, &v2.ListEventFeedsRequest{})
	})
	call("actions", func() (any, error) {
		return v2.NewActionServiceClient(conn).ListActionSchemas(ctx, &v2.ListActionSchemasRequest{})
	})
	call("resource getter", func() (any, error) {
		return v2.NewResourceGetterServiceClient(conn).GetResource(ctx, &v2.ResourceGetterServiceGetResourceRequest{ResourceId: resource.GetId()})
	})
	call("tickets", func() (any, error) {
		return v2.NewTicketsServiceClient(conn).ListTicketSchemas(ctx, &v2.TicketsServiceListTicketSchemasRequest{})
	})
	call("grant manager", func() (any, error) {
		return v2.NewGrantManagerServiceClient(conn).Grant(ctx, &v2.GrantManagerServiceGrantRequest{})
	})
	call("resource manager", func() (any, error) {
		return v2.NewResourceManagerServiceClient(conn).DeleteResource(ctx, &v2.DeleteResourceRequest{ResourceId: resource.GetId()})
	})
	call("resource deleter", func() (any, error) {
		return v2.NewResourceDeleterServiceClient(conn).DeleteResourceV2(ctx, &v2.DeleteResourceV2Request{ResourceId: resource.GetId()})
	})
	call("account manager", func() (any, error) {
		return v2.NewAccountManagerServiceClient(conn).CreateAccount(ctx, &v2.CreateAccountRequest{})
	})
	call("credential manager", func() (any, error) {
		return v2.NewCredentialManagerServiceClient(conn).RotateCredential(ctx, &v2.RotateCredentialRequest{ResourceId: resource.GetId()})
	})
	check.Equal(t, "services called", len(calls), 14)
	for service, err := range calls {
		message := status.Convert(err).Message()
		isKnown := !strings.Contains(message, "unknown service") && !strings.Contains(message, "unknown method")
		check.That(t, isKnown && !strings.Contains(message, "provisioning"), "%s: %v", service, err)
	}
}
