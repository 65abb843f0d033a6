package interop

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/segmentio/ksuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"

	"interop/internal/check"
	"interop/internal/gotool"
	"interop/internal/program"
	"interop/internal/wire"
)

// What an engineer does with grpcurl, which knows the protocol only from the server's reflection.
func TestGrpcurl(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 30, Courses: 20, ActivityRows: 400})
	server := program.Serve(t, percipio)
	truth := percipio.Truth
	courseID := truth.MostTakenCourse()
	course := `{"resource": {"id": {"resource_type": "course", "resource": "` + courseID + `"}}`

	t.Run("list names each service of a connector, health and reflection", func(t *testing.T) {
		listed := strings.Fields(grpcurl(t, server, "", "list"))
		check.SameIDs(t, "services", listed, append(connectorServices(),
			"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"))
		for _, service := range connectorServices() {
			check.SameIDs(t, "methods of "+service, strings.Fields(grpcurl(t, server, "", "list", service)), methodsOf(t, service))
		}
	})

	t.Run("describe shows the SDK's descriptors, and the rules for requests", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "reflected.binpb")
		runGrpcurl(t, "-plaintext", "-protoset-out", path, server.Address, "describe")
		comparison := wire.Compare(wire.FactsOf(readFileDescriptorSet(t, path), "c1."), sdkFacts())
		reportDifferences(t, comparison)
		check.That(t, len(comparison.Same) > 500, "only %d declarations were compared", len(comparison.Same))
		t.Logf("%d differences in %d declarations\n%s", len(comparison.Different)+len(comparison.OnlyOurs),
			len(comparison.Same), countTable(comparison.Same))

		request := grpcurl(t, server, "", "describe", "c1.connector.v2.GrantsServiceListGrantsRequest")
		check.That(t, strings.Contains(request, "uint32 page_size = ") && strings.Contains(request, "lte: 250"),
			"the request is described without its rules:\n%s", request)
	})

	t.Run("sync calls give the truth by pages", func(t *testing.T) {
		types := call(t, server, "ResourceTypesService/ListResourceTypes", "{}", &v2.ResourceTypesServiceListResourceTypesResponse{})
		check.SameIDs(t, "resource types", resourceTypeIDs(types.GetList()), []string{"user", "role", "course"})

		users, pages := callPages(t, server, "ResourcesService/ListResources", `{"resource_type_id": "user", "page_size": 7}`,
			func() *v2.ResourcesServiceListResourcesResponse { return &v2.ResourcesServiceListResourcesResponse{} })
		check.SameIDs(t, "users", resourceKeys(users), withType("user", truth.UserIDs))
		check.Equal(t, "pages of users", pages, (len(truth.UserIDs)+6)/7)

		courses, _ := callPages(t, server, "ResourcesService/ListResources", `{"resource_type_id": "course"}`,
			func() *v2.ResourcesServiceListResourcesResponse { return &v2.ResourcesServiceListResourcesResponse{} })
		check.SameIDs(t, "courses", resourceKeys(courses), withType("course", truth.CourseIDs))

		entitlements, _ := callPages(t, server, "EntitlementsService/ListEntitlements", course+"}",
			func() *v2.EntitlementsServiceListEntitlementsResponse {
				return &v2.EntitlementsServiceListEntitlementsResponse{}
			})
		check.SameIDs(t, "entitlements", entitlementIDs(entitlements), truth.EntitlementsOf(courseID))
	})

	t.Run("grants with and without a sync id, one report for each", func(t *testing.T) {
		before := percipio.ReportsRequested(t)
		for _, sync := range []string{"", `, "active_sync_id": "` + ksuid.New().String() + `"`} {
			for _, pageSize := range []string{"", `, "page_size": 10`} {
				grants, pages := callPages(t, server, "GrantsService/ListGrants", course+sync+pageSize+"}",
					func() *v2.GrantsServiceListGrantsResponse { return &v2.GrantsServiceListGrantsResponse{} })
				check.SameIDs(t, "grants"+sync+pageSize, grantIDs(grants), truth.GrantsOf(courseID))
				check.That(t, pageSize == "" || pages > 1, "%d grants came in %d page", len(grants), pages)
			}
		}
		check.Equal(t, "reports requested", percipio.ReportsRequested(t)-before, 2)
	})

	t.Run("the connector tells of itself, validates, cleans up, is healthy", func(t *testing.T) {
		metadata := call(t, server, "ConnectorService/GetMetadata", "{}", &v2.ConnectorServiceGetMetadataResponse{}).GetMetadata()
		check.That(t, metadata.GetDisplayName() != "", "the connector has no display name")
		types := mapped(metadata.GetCapabilities().GetResourceTypeCapabilities(), (*v2.ResourceTypeCapability).GetResourceType)
		check.SameIDs(t, "types with capabilities", resourceTypeIDs(types), []string{"user", "role", "course"})
		check.That(t, slices.Contains(metadata.GetCapabilities().GetConnectorCapabilities(), v2.Capability_CAPABILITY_SYNC),
			"the connector cannot sync: %v", metadata.GetCapabilities())
		validated := call(t, server, "ConnectorService/Validate", "{}", &v2.ConnectorServiceValidateResponse{})
		check.That(t, validated.GetSdkVersion() != "", "Validate tells no sdk_version")
		call(t, server, "ConnectorService/Cleanup", `{"active_sync_id": "`+ksuid.New().String()+`"}`, &v2.ConnectorServiceCleanupResponse{})
		for _, service := range []string{"", "c1.connector.v2.GrantsService"} {
			health := grpcurl(t, server, `{"service": "`+service+`"}`, "grpc.health.v1.Health/Check")
			check.That(t, strings.Contains(health, `"SERVING"`), "health of %q: %s", service, health)
		}
	})

	t.Run("what cannot be done says why, and with which code", func(t *testing.T) {
		for _, test := range []struct {
			method, data, message string
			code                  codes.Code
		}{
			{"c1.connector.v2.GrantManagerService/Grant", grantRequest, "provisioning is not enabled: start the connector with --provisioning (BATON_PROVISIONING=true) to permit changes", codes.FailedPrecondition},
			{"c1.connector.v2.ResourceManagerService/CreateResource", "{}", "provisioning is not enabled: start the connector with --provisioning (BATON_PROVISIONING=true) to permit changes", codes.FailedPrecondition},
			{"c1.connector.v2.AccountManagerService/CreateAccount", "{}", "provisioning is not enabled: start the connector with --provisioning (BATON_PROVISIONING=true) to permit changes", codes.FailedPrecondition},
			{"c1.connector.v2.TicketsService/ListTicketSchemas", "{}", "ticketing is not enabled", codes.Unknown},
			{"c1.connector.v2.ResourcesService/ListResources", `{"resource_type_id": "group"}`, "group", codes.NotFound},
			{"c1.connector.v2.ResourcesService/ListResources", "{}", "resource_type_id", codes.InvalidArgument},
			{"c1.connector.v2.ResourcesService/ListResources", `{"resource_type_id": "user", "page_size": 251}`, "page_size", codes.InvalidArgument},
			{"c1.connector.v2.ResourcesService/ListResources", `{"resource_type_id": "user", "page_token": "garbage"}`, "page_token", codes.InvalidArgument},
			{"c1.connector.v2.EntitlementsService/ListEntitlements", course + `, "page_size": 251}`, "page_size", codes.InvalidArgument},
			{"c1.connector.v2.GrantsService/ListGrants", course + `, "page_size": 251}`, "page_size", codes.InvalidArgument},
			{"c1.connector.v2.GrantsService/ListGrants", course + `, "page_token": "garbage"}`, "page_token", codes.InvalidArgument},
			{"c1.connector.v2.GrantsService/ListGrants", "{}", "resource", codes.InvalidArgument},
			{"c1.connector.v2.ResourceGetterService/GetResource", `{"resource_id": {"resource_type": "user", "resource": "` + unknownID + `"}}`, unknownID, codes.NotFound},
			{"grpc.health.v1.Health/Check", `{"service": "nobody"}`, "nobody", codes.NotFound},
		} {
			result := gotool.Run(t, "grpcurl", "-plaintext", "-format-error", "-d", test.data, server.Address, test.method)
			var status struct {
				Code    codes.Code
				Message string
			}
			// codes.Code also unmarshals numbers.
			check.Succeeds(t, test.method, json.Unmarshal(result.Stderr, &status))
			check.Equal(t, test.method+" "+test.data, status.Code, test.code)
			check.That(t, strings.Contains(status.Message, test.message), "%s %s: %q does not tell of %q",
				test.method, test.data, status.Message, test.message)
			check.That(t, !strings.Contains(string(result.Stderr), notRecognized), "%s %s: reflection lacks the details of an error:\n%s",
				test.method, test.data, result.Stderr)
		}
	})

	t.Run("annotations are readable", func(t *testing.T) {
		users := grpcurl(t, server, `{"resource_type_id": "user", "page_size": 1}`, "c1.connector.v2.ResourcesService/ListResources")
		check.That(t, strings.Contains(users, `"@type": "type.googleapis.com/c1.connector.v2.UserTrait"`), "a user has no trait:\n%s", users)
		check.That(t, !strings.Contains(users, notRecognized), "the server's reflection lacks a message that it sends:\n%s", users)
	})

	t.Run("SIGTERM ends the server with exit code 0", func(t *testing.T) {
		check.Equal(t, "exit code", server.Stop(), 0)
	})
}

// notRecognized is grpcurl's placeholder for a message that reflection does not describe.
const notRecognized = "is not recognized"

// unknownID is an id that nobody has.
const unknownID = "00000000-0000-4000-8000-000000000000"

// grantRequest satisfies all rules for requests.
const grantRequest = `{
	"entitlement": {"id": "course:x:completed", "resource": {"id": {"resource_type": "course", "resource": "x"}}},
	"principal": {"id": {"resource_type": "user", "resource": "y"}}
}`

// connectorServices are the services that a connector of the SDK serves: all of the package except one, which nobody
// implements.
func connectorServices() []string {
	var names []string
	protoregistry.GlobalFiles.RangeFilesByPackage("c1.connector.v2", func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			if name := string(file.Services().Get(i).FullName()); name != "c1.connector.v2.SchemaService" {
				names = append(names, name)
			}
		}
		return true
	})
	return names
}

func methodsOf(t *testing.T, service string) []string {
	t.Helper()
	descriptor, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(service))
	check.Succeeds(t, service, err)
	methods := descriptor.(protoreflect.ServiceDescriptor).Methods()
	var names []string
	for i := range methods.Len() {
		names = append(names, string(methods.Get(i).FullName()))
	}
	return names
}

// call calls a method of c1.connector.v2, and decodes its response.
func call[Message proto.Message](t *testing.T, server *program.Server, method, data string, answer Message) Message {
	t.Helper()
	text := grpcurl(t, server, data, "c1.connector.v2."+method)
	check.Succeeds(t, "answer of "+method, protojson.Unmarshal([]byte(text), answer))
	return answer
}

// callPages calls a list method of c1.connector.v2 until its last page. The data is that of the first call.
func callPages[Item any, Response interface {
	proto.Message
	response[Item]
}](t *testing.T, server *program.Server, method, data string, empty func() Response) (items []Item, pages int) {
	t.Helper()
	return readPages(t, method, func(token string) (Response, error) {
		withToken := strings.TrimSuffix(data, "}") + `, "page_token": "` + token + `"}`
		return call(t, server, method, withToken, empty()), nil
	})
}

// grpcurl runs grpcurl against a server. Returns what it prints; the test ends if it fails.
func grpcurl(t *testing.T, server *program.Server, data string, args ...string) string {
	t.Helper()
	flags := []string{"-plaintext"}
	if data != "" {
		flags = append(flags, "-d", data)
	}
	return runGrpcurl(t, append(append(flags, server.Address), args...)...)
}

func runGrpcurl(t *testing.T, args ...string) string {
	t.Helper()
	result := gotool.Run(t, "grpcurl", args...)
	if result.ExitCode != 0 {
		t.Fatalf("grpcurl %s ended with exit code %d:\n%s", strings.Join(args, " "), result.ExitCode, result.Stderr)
	}
	return string(result.Stdout)
}
