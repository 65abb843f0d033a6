package interop

import (
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/actions"
	"github.com/conductorone/baton-sdk/pkg/connectorclient"

	"interop/internal/check"
	"interop/internal/goconnector"
	"interop/internal/program"
)

var actionNames = []string{"enable_user", "disable_user", "update_user_profile", "move_user", "adopt_user", "change_external_user_id"}

// Actions are invoked with arguments made by the SDK, and its own functions read the responses.
func TestProvisioningByActions(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{})
	people := newPeople(percipio)
	inBothModes(t, percipio, []string{"-p"}, func(t *testing.T, our provisioned) {
		schemas := listActions(t, our)
		check.SameIDs(t, "actions", mapped(schemas, (*v2.BatonActionSchema).GetName), actionNames)
		for _, schema := range schemas {
			got, err := our.GetActionSchema(t.Context(), v2.GetActionSchemaRequest_builder{Name: schema.GetName()}.Build())
			check.Succeeds(t, "get the schema of "+schema.GetName(), err)
			check.That(t, proto.Equal(got.GetSchema(), schema), "the schemas of %s differ: %v and %v", schema.GetName(), got.GetSchema(), schema)
		}
		// The SDK's own registry accepts the schemas, and returns them unchanged.
		theirs, err := goconnector.NewShaped(t, goconnector.Shape{Actions: schemas}).ListActionSchemas(t.Context(), &v2.ListActionSchemasRequest{})
		check.Succeeds(t, "list actions of a connector made with the SDK", err)
		for _, their := range theirs.GetSchemas() {
			for _, schema := range schemas {
				if schema.GetName() == their.GetName() {
					check.That(t, proto.Equal(their, schema), "the SDK has made %v of %v", their, schema)
				}
			}
		}
		check.SameIDs(t, "actions of the SDK", mapped(theirs.GetSchemas(), (*v2.BatonActionSchema).GetName), actionNames)

		person := people.next(t, isLearner)
		for i, argument := range userArguments(t, person.ID) {
			// Each spelling once to disable and once to enable.
			for _, name := range []string{"disable_user", "enable_user"} {
				answer := invoke(t, our, name, argument)
				isDone(t, name, answer)
				isActive, _ := actions.GetBoolArg(answer.GetResponse(), "is_active")
				check.Equal(t, "is active after "+name, isActive, name == "enable_user")
				changed, _ := actions.GetBoolArg(answer.GetResponse(), "changed")
				check.That(t, changed, "%s, spelling %d: it has not changed anything: %v", name, i, answer)
				id, _ := actions.RequireStringArg(answer.GetResponse(), "user_id")
				check.Equal(t, "user of the answer", id, person.ID)
				isWritten(t, percipio, name, `PATCH %s {"isActive":%t} 200`, person.ID, name == "enable_user")
			}
		}
		argument := userArguments(t, person.ID)[0]
		again := invoke(t, our, "enable_user", argument)
		isDone(t, "enable again", again)
		changed, isThere := actions.GetBoolArg(again.GetResponse(), "changed")
		check.That(t, isThere && !changed, "the second time something changed: %v", again)
		isNothingWritten(t, percipio, "what is so already")

		names := actions.NewReturnField("custom_attributes", structpb.NewStructValue(newStruct(t, map[string]any{"Department": "Interop"})))
		profile := invoke(t, our, "update_user_profile", argument, actions.NewStringReturnField("first_name", "Ada"), names)
		isDone(t, "update_user_profile", profile)
		isWritten(t, percipio, "profile", `PATCH %s {"customAttributes":[{"name":"Department","value":"Interop"}],"firstName":"Ada"} 200`, person.ID)
		// The id alone is enough to get the status.
		status, err := our.GetActionStatus(t.Context(), v2.GetActionStatusRequest_builder{Id: profile.GetId()}.Build())
		check.Succeeds(t, "get the status", err)
		isSameOutcome(t, status, profile)
		check.That(t, profile.GetId() != invoke(t, our, "update_user_profile", argument, actions.NewStringReturnField("first_name", "Ada")).GetId(), "two runs have the same id")

		failed := invoke(t, our, "disable_user", userArguments(t, nobodyID)[0])
		check.Equal(t, "status of one that fails", failed.GetStatus(), v2.BatonActionStatus_BATON_ACTION_STATUS_FAILED)
		success, isThere := actions.GetBoolArg(failed.GetResponse(), "success")
		check.That(t, isThere && !success, "one that fails answers %v", failed)
		text, _ := actions.GetStringArg(failed.GetResponse(), "error")
		check.That(t, text != "", "one that fails has no error")

		refused := func(what, name, resourceType string, want codes.Code, fields ...actions.ReturnField) {
			t.Helper()
			_, err := our.InvokeAction(t.Context(), v2.InvokeActionRequest_builder{
				Name: name, ResourceTypeId: resourceType, Args: arguments(fields...),
			}.Build())
			isCode(t, what, err, want)
		}
		refused("no such action", "delete_user", "", codes.NotFound, argument)
		refused("no such action of a type", "enable_user", "user", codes.NotFound, argument)
		refused("no user", "enable_user", "", codes.InvalidArgument)
		refused("nothing to change", "update_user_profile", "", codes.InvalidArgument, argument)
		refused("an argument that there is not", "enable_user", "", codes.InvalidArgument, argument, actions.NewBoolReturnField("force", true))
		course, err := actions.NewResourceIdReturnField("user_id", &v2.ResourceId{ResourceType: "course", Resource: person.ID})
		check.Succeeds(t, "make an argument with the SDK", err)
		refused("a course", "enable_user", "", codes.InvalidArgument, course)
		_, err = our.GetActionStatus(t.Context(), v2.GetActionStatusRequest_builder{Id: "2ABCDEFGHIJKLMNOPQRSTUVWXYZ"}.Build())
		isCode(t, "status of an id of another connector", err, codes.NotFound)
		isNothingWritten(t, percipio, "what is refused")
	})
}

// Two servers behind one name: each knows what the other has done, even after the first is gone.
func TestProvisioningByActionsOfTwoServers(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{})
	one, two := program.Serve(t, percipio, "-p"), program.Serve(t, percipio, "-p")
	first := connectorclient.NewConnectorClient(t.Context(), newClient(t, one, 0).connection)
	second := connectorclient.NewConnectorClient(t.Context(), newClient(t, two, 0).connection)
	person := newPeople(percipio).next(t, isLearner)

	done := invoke(t, first, "disable_user", userArguments(t, person.ID)[0])
	failed := invoke(t, first, "disable_user", userArguments(t, nobodyID)[0])
	one.Kill()
	for _, want := range []*v2.InvokeActionResponse{done, failed} {
		got, err := second.GetActionStatus(t.Context(), v2.GetActionStatusRequest_builder{Id: want.GetId()}.Build())
		check.Succeeds(t, "get the status from another server", err)
		isSameOutcome(t, got, want)
	}
	isDone(t, "disable_user", done)
	isWritten(t, percipio, "action", `PATCH %s {"isActive":false} 200`, person.ID)
}

func listActions(t *testing.T, our v2.ActionServiceClient) []*v2.BatonActionSchema {
	t.Helper()
	answer, err := our.ListActionSchemas(t.Context(), &v2.ListActionSchemasRequest{})
	check.Succeeds(t, "list actions", err)
	return answer.GetSchemas()
}

// userArguments identify a user in each way that the SDK writes or reads a resource id.
func userArguments(t *testing.T, id string) []actions.ReturnField {
	t.Helper()
	written, err := actions.NewResourceIdReturnField("user_id", userID(id))
	check.Succeeds(t, "make an argument with the SDK", err)
	fields := []actions.ReturnField{written}
	for _, typeName := range []string{"resource_type_id", "resource_type"} {
		field := actions.NewReturnField("user_id", structpb.NewStructValue(newStruct(t, map[string]any{typeName: "user", "resource_id": id})))
		read, err := actions.RequireResourceIDArg(arguments(field), "user_id")
		check.Succeeds(t, "read an argument with the SDK", err)
		check.Equal(t, "argument as the SDK reads it", resourceKey(read), "user:"+id)
		fields = append(fields, field)
	}
	return append(fields, actions.NewStringReturnField("user_id", id))
}

func arguments(fields ...actions.ReturnField) *structpb.Struct {
	args := &structpb.Struct{Fields: map[string]*structpb.Value{}}
	for _, field := range fields {
		args.Fields[field.Key] = field.Value
	}
	return args
}

func invoke(t *testing.T, our v2.ActionServiceClient, name string, fields ...actions.ReturnField) *v2.InvokeActionResponse {
	t.Helper()
	answer, err := our.InvokeAction(t.Context(), v2.InvokeActionRequest_builder{
		Name: name, Args: arguments(fields...), InlineWait: durationpb.New(time.Minute),
	}.Build())
	check.Succeeds(t, "invoke "+name, err)
	check.Equal(t, "name of the answer", answer.GetName(), name)
	return answer
}

func isDone(t *testing.T, what string, answer *v2.InvokeActionResponse) {
	t.Helper()
	check.Equal(t, "status of "+what, answer.GetStatus(), v2.BatonActionStatus_BATON_ACTION_STATUS_COMPLETE)
	success, isThere := actions.GetBoolArg(answer.GetResponse(), "success")
	check.That(t, isThere && success, "%s answers %v", what, answer.GetResponse())
}

func isSameOutcome(t *testing.T, got *v2.GetActionStatusResponse, want *v2.InvokeActionResponse) {
	t.Helper()
	check.Equal(t, "id of the outcome", got.GetId(), want.GetId())
	check.Equal(t, "name of the outcome", got.GetName(), want.GetName())
	check.Equal(t, "status of the outcome", got.GetStatus(), want.GetStatus())
	check.That(t, proto.Equal(got.GetResponse(), want.GetResponse()), "the outcome is %v, and was %v", got.GetResponse(), want.GetResponse())
}
