package interop

import (
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	v1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"

	"interop/internal/check"
	"interop/internal/hosted"
	"interop/internal/program"
)

// Each process of a sync handles a few invocations, and stands still between two of them, while ConductorOne closes the
// connections (36, 37, 41). HOSTED_FREEZE=60s makes them stand still for longer.
func TestHostedSync(t *testing.T) {
	const invocationsPerProcess = 15
	frozen := 200 * time.Millisecond
	if text := os.Getenv("HOSTED_FREEZE"); text != "" {
		var err error
		frozen, err = time.ParseDuration(text)
		check.Succeeds(t, "read HOSTED_FREEZE", err)
	}
	h := host(t, program.StartPercipio(t, smallOrganization), hosted.Options{})
	processes := 1
	h.lambda.Before = func(count int) {
		if count > 0 && count%invocationsPerProcess == 0 {
			h.process.Kill()
			h.lambda.WaitUntilGone(t)
			h.process = program.StartHosted(t, h.env...)
			processes++
			h.lambda.WaitUntilReady(t)
			return
		}
		h.process.Freeze()
		h.conductorone.Drop()
		time.Sleep(frozen)
		h.process.Continue()
	}
	h.sync(t)
	check.That(t, processes > 1, "one process handled all invocations")
	check.Equal(t, "reports requested", h.percipio.ReportsRequested(t), 2)
	check.Equal(t, "syncs with a session", len(h.conductorone.SyncsWithSession()), 1)
	t.Logf("%d invocations in %d processes", h.lambda.Count(), processes)
	h.lambda.Before = nil
	h.end(t)
}

// Without a session store, a token for AWS or a host in the client id: page tokens carry the sync (8, 13, 41). The keys
// of callers come from a URL.
func TestHostedElsewhere(t *testing.T) {
	percipio := program.StartPercipio(t, smallOrganization)
	h := &hosting{percipio: percipio, lambda: hosted.StartLambda(t)}
	h.conductorone = hosted.Start(t, hosted.Config{Values: percipio.Config()}, hosted.Options{Separate: true, NoSessions: true, NoSessionToken: true})
	h.caller = hosted.NewCaller(t, h.lambda)
	fetched := 0
	keys := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
		fetched++
		_, _ = answer.Write(slices.Concat([]byte(`{"keys":[`), h.caller.PublicKey(), []byte(`]}`)))
	}))
	t.Cleanup(keys.Close)
	h.process = program.StartHosted(t, slices.Concat(h.lambda.Env(), h.conductorone.Env(), h.caller.KeySetEnv(keys.URL+"/keys"))...)
	h.lambda.WaitUntilReady(t)
	h.sync(t)
	check.Equal(t, "requests for keys", fetched, 1)
	check.Equal(t, "reports requested", percipio.ReportsRequested(t), 2)
	check.Equal(t, "answers for tokens", len(h.conductorone.Statuses()), 1)
	// 34: a config without a version is named after the time of its change.
	h.caller.ConfigVersion = "2026-01-02T03:04:05.12Z"
	check.Succeeds(t, "a call for the same config", listTypes(t.Context(), h.caller.Conn(t, hosted.Both)))
	check.Equal(t, "configs fetched", len(h.conductorone.Requested()), 1)
	h.end(t)
}

// 38: a report that takes longer than a call. Each call ends in time.
func TestHostedPendingReport(t *testing.T) {
	t.Parallel()
	percipio := program.StartPercipio(t, smallOrganization)
	percipio.DelayReport(t, 17*time.Second, 1)
	h := host(t, percipio, hosted.Options{})
	h.sync(t)
	check.That(t, h.lambda.Longest() < 20*time.Second, "a call took %s", h.lambda.Longest())
	h.end(t)
}

// The config changes while the connector runs (15, 29 to 35, 42).
func TestHostedReload(t *testing.T) {
	percipio := program.StartPercipio(t, smallOrganization)
	h := host(t, percipio, hosted.Options{})
	conn := h.caller.Conn(t, hosted.Both)
	// At most one change a second takes effect.
	next := func(version string, config hosted.Config) {
		time.Sleep(1100 * time.Millisecond)
		config.Version = proto.String(version)
		h.conductorone.Serve(config)
		h.caller.ConfigVersion = version
	}
	courses := func(t *testing.T) []string {
		t.Helper()
		response := &v2.ResourcesServiceListResourcesResponse{}
		err := conn.Invoke(t.Context(), v2.ResourcesService_ListResources_FullMethodName, &v2.ResourcesServiceListResourcesRequest{ResourceTypeId: "course"}, response)
		check.Succeeds(t, "list courses", err)
		var ids []string
		for _, course := range response.GetList() {
			ids = append(ids, course.GetId().GetResource())
		}
		return ids
	}
	with := func(name string, value any) map[string]any {
		values := percipio.Config()
		values[name] = value
		return values
	}

	t.Run("29, 33: no version, and the same", func(t *testing.T) {
		check.Succeeds(t, "a call without a version", listTypes(t.Context(), conn))
		h.caller.ConfigVersion = "1"
		check.Succeeds(t, "a call with the version", listTypes(t.Context(), conn))
		check.Equal(t, "configs fetched", len(h.conductorone.Requested()), 1)
	})
	limited := percipio.Truth.CourseIDs[:2]
	t.Run("15, 30: a list, a text, and an empty text", func(t *testing.T) {
		values := with("LIMITED-COURSES", []any{limited[0], limited[1]})
		values["of-the-future"] = map[string]any{"a": 1}
		next("2", hosted.Config{Values: values})
		check.SameIDs(t, "courses of a list", courses(t), limited)
		next("3", hosted.Config{Values: with("limited-courses", limited[0])})
		check.SameIDs(t, "courses of a text", courses(t), limited[:1])
		next("4", hosted.Config{Values: with("limited-courses", "")})
		check.That(t, len(courses(t)) > 2, "an empty text limits the courses")
		requested := h.conductorone.Requested()
		check.That(t, slices.Equal(requested, []string{"", "2", "3", "4"}), "the versions asked for are %q", requested)
	})
	t.Run("32: a config that cannot be fetched or used", func(t *testing.T) {
		before := len(h.conductorone.Requested())
		next("5", hosted.Config{Fault: codes.Internal})
		fails(t, "no config", listTypes(t.Context(), conn), codes.Unavailable, "lambda-run: failed to reload connector config: ")
		h.conductorone.Serve(hosted.Config{Values: with("api-token", ""), Version: proto.String("5")})
		fails(t, "a config without a token", listTypes(t.Context(), conn), codes.Unavailable, "lambda-run: failed to reload connector config: ")
		h.caller.ConfigVersion = ""
		check.Succeeds(t, "a call without a version", listTypes(t.Context(), conn))
		h.caller.ConfigVersion = "5"
		h.conductorone.Serve(hosted.Config{Values: percipio.Config(), Version: proto.String("5")})
		check.Succeeds(t, "the next call", listTypes(t.Context(), conn))
		check.Equal(t, "configs fetched", len(h.conductorone.Requested())-before, 3)
	})
	t.Run("31: a version that is not served", func(t *testing.T) {
		time.Sleep(1100 * time.Millisecond)
		before := len(h.conductorone.Requested())
		h.caller.ConfigVersion = "6"
		for range 10 {
			check.Succeeds(t, "a call", listTypes(t.Context(), conn))
		}
		check.Equal(t, "configs fetched", len(h.conductorone.Requested())-before, 1)
	})
	t.Run("35: the level of the log, and its end", func(t *testing.T) {
		debugLines := func() (count int) {
			for _, line := range h.process.Log(t) {
				if line["level"] == "debug" {
					count++
				}
			}
			return count
		}
		check.Equal(t, "lines for debugging before", debugLines(), 0)
		next("7", hosted.Config{Values: with("log-level", "debug")})
		courses(t)
		found := debugLines()
		check.That(t, found > 0, "there are no lines for debugging")
		values := with("log-level", "debug")
		values["log-level-debug-expires-at"] = "2026-01-01T00:00:00Z"
		next("8", hosted.Config{Values: values})
		courses(t)
		found = debugLines()
		courses(t)
		check.Equal(t, "lines for debugging after their end", debugLines(), found)
	})
	t.Run("42: an enforced policy without Percipio", func(t *testing.T) {
		policy := v1.ServedPolicyEnvelope_builder{EnvelopeVersion: 1, ConfigVersion: "9", Egress: v1.EgressSection_builder{
			SchemaVersion: 1, Mode: v1.EgressMode_EGRESS_MODE_ENFORCE, AllowedHosts: []string{"api.percipio.com"},
		}.Build()}.Build()
		next("9", hosted.Config{Values: percipio.Config(), Policy: policy})
		before := percipio.PagesOfUsersRequested(t)
		err := conn.Invoke(t.Context(), v2.ResourcesService_ListResources_FullMethodName,
			&v2.ResourcesServiceListResourcesRequest{ResourceTypeId: "user"}, &v2.ResourcesServiceListResourcesResponse{})
		fails(t, "a call", err, codes.InvalidArgument, "BATON_ALLOWED_HOSTS does not allow http://127.0.0.1: ")
		check.Equal(t, "pages of users requested", percipio.PagesOfUsersRequested(t)-before, 0)
		next("10", hosted.Config{Values: percipio.Config()})
		check.That(t, len(courses(t)) > 0, "without a policy there are no courses")
	})
	h.end(t)
}
