package interop

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"

	"interop/internal/check"
	"interop/internal/goconnector"
	"interop/internal/program"
)

// Our program declares what the SDK would declare for a connector of the same shape.
func TestProvisioningCapabilities(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{})
	inBothModes(t, percipio, []string{"-p"}, func(t *testing.T, our provisioned) {
		got, err := our.GetMetadata(t.Context(), &v2.ConnectorServiceGetMetadataRequest{})
		check.Succeeds(t, "get metadata", err)
		capabilities := got.GetMetadata().GetCapabilities()

		written, err := os.ReadFile(program.InCheckout(t, "baton_capabilities.json"))
		check.Succeeds(t, "read baton_capabilities.json", err)
		packed := &anypb.Any{}
		check.Succeeds(t, "read baton_capabilities.json with the SDK", protojson.Unmarshal(written, packed))
		inFile, err := packed.UnmarshalNew()
		check.Succeeds(t, "read baton_capabilities.json with the SDK", err)
		check.That(t, proto.Equal(inFile, capabilities), "baton_capabilities.json has\n%v\nand GetMetadata\n%v", inFile, capabilities)

		types, _ := readPages(t, "list resource types", func(token string) (*v2.ResourceTypesServiceListResourceTypesResponse, error) {
			return our.ListResourceTypes(t.Context(), &v2.ResourceTypesServiceListResourceTypesRequest{PageToken: token})
		})
		feeds, err := our.ListEventFeeds(t.Context(), &v2.ListEventFeedsRequest{})
		check.Succeeds(t, "list event feeds", err)
		account := []v2.CapabilityDetailCredentialOption{
			v2.CapabilityDetailCredentialOption_CAPABILITY_DETAIL_CREDENTIAL_OPTION_NO_PASSWORD,
			v2.CapabilityDetailCredentialOption_CAPABILITY_DETAIL_CREDENTIAL_OPTION_SSO,
			v2.CapabilityDetailCredentialOption_CAPABILITY_DETAIL_CREDENTIAL_OPTION_RANDOM_PASSWORD,
			v2.CapabilityDetailCredentialOption_CAPABILITY_DETAIL_CREDENTIAL_OPTION_ENCRYPTED_PASSWORD,
		}
		theirs := goconnector.NewShaped(t, goconnector.Shape{
			Types: types,
			Account: v2.CredentialDetailsAccountProvisioning_builder{
				SupportedCredentialOptions: account, PreferredCredentialOption: account[0],
			}.Build(),
			Rotation: v2.CredentialDetailsCredentialRotation_builder{
				SupportedCredentialOptions: account[2:], PreferredCredentialOption: account[2],
			}.Build(),
			Schema:  got.GetMetadata().GetAccountCreationSchema(),
			Actions: listActions(t, our),
			Feeds:   feeds.GetList(),
		})
		want, err := theirs.GetMetadata(t.Context(), &v2.ConnectorServiceGetMetadataRequest{})
		check.Succeeds(t, "get metadata of a connector made with the SDK", err)
		check.Equal(t, "capabilities", asJSON(t, capabilities), asJSON(t, want.GetMetadata().GetCapabilities()))
		wanted := want.GetMetadata().GetAccountCreationSchema()
		check.That(t, proto.Equal(got.GetMetadata().GetAccountCreationSchema(), wanted) && len(wanted.GetFieldMap()) > 5, "the SDK makes %v of the fields of an account", wanted)
		check.Succeeds(t, "check the metadata with the SDK", got.ValidateAll())

		theirFeeds, err := theirs.ListEventFeeds(t.Context(), &v2.ListEventFeedsRequest{})
		check.Succeeds(t, "list event feeds of a connector made with the SDK", err)
		check.SameIDs(t, "event feeds", mapped(feeds.GetList(), (*v2.EventFeedMetadata).GetId), mapped(theirFeeds.GetList(), (*v2.EventFeedMetadata).GetId))
	})
}

// Without the flag nothing changes, and each call is rejected in the SDK's words.
func TestProvisioningDisabled(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{})
	inBothModes(t, percipio, nil, func(t *testing.T, our provisioned) {
		ctx := t.Context()
		person := userID(percipio.Truth.UserIDs[0])
		entitlement := roleEntitlement(t, "ADMIN")
		for name, call := range map[string]func() error{
			"Grant": func() error {
				_, err := our.Grant(ctx, &v2.GrantManagerServiceGrantRequest{Entitlement: entitlement, Principal: &v2.Resource{Id: person}})
				return err
			},
			"Revoke": func() error {
				_, err := our.Revoke(ctx, &v2.GrantManagerServiceRevokeRequest{Grant: roleGrant(t, "ADMIN", person.GetResource())})
				return err
			},
			"CreateResource": func() error {
				_, err := our.CreateResource(ctx, &v2.CreateResourceRequest{Resource: &v2.Resource{Id: person}})
				return err
			},
			"DeleteResource": func() error {
				_, err := our.DeleteResource(ctx, &v2.DeleteResourceRequest{ResourceId: person})
				return err
			},
			"DeleteResourceV2": func() error {
				_, err := our.DeleteResourceV2(ctx, &v2.DeleteResourceV2Request{ResourceId: person})
				return err
			},
			"RotateCredential": func() error {
				_, err := our.RotateCredential(ctx, &v2.RotateCredentialRequest{ResourceId: person})
				return err
			},
			"IssueCredential": func() error {
				_, err := our.IssueCredential(ctx, &v2.IssueCredentialRequest{IdentityId: person, RequestId: "r"})
				return err
			},
			"CreateAccount": func() error {
				request, _ := newAccount(t, nil)
				_, err := our.CreateAccount(ctx, request)
				return err
			},
			// The SDK would allow it: there, nothing stops actions from changing something.
			"InvokeAction": func() error {
				_, err := our.InvokeAction(ctx, &v2.InvokeActionRequest{Name: "disable_user", Args: arguments(userArguments(t, person.GetResource())[0])})
				return err
			},
		} {
			err := call()
			isCode(t, name, err, codes.FailedPrecondition)
			check.Equal(t, "text of "+name, status.Convert(err).Message(), "provisioning is not enabled: start the connector with --provisioning (BATON_PROVISIONING=true) to permit changes")
		}
		isNothingWritten(t, percipio, "without the flag")

		got, err := our.GetMetadata(ctx, &v2.ConnectorServiceGetMetadataRequest{})
		check.Succeeds(t, "get metadata", err)
		check.That(t, got.GetMetadata().GetCapabilities().GetCredentialDetails() != nil, "what a connector can do depends on the flag")
		check.SameIDs(t, "actions", mapped(listActions(t, our), (*v2.BatonActionSchema).GetName), actionNames)
	})
}

// asJSON is a message as protojson without its random spaces.
func asJSON(t *testing.T, message proto.Message) string {
	t.Helper()
	text, err := protojson.Marshal(message)
	check.Succeeds(t, "write JSON with the SDK", err)
	var compact bytes.Buffer
	check.Succeeds(t, "write JSON with the SDK", json.Compact(&compact, text))
	return compact.String()
}
