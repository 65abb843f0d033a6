package interop

import (
	"testing"

	"google.golang.org/grpc/codes"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/types/entitlement"
	"github.com/conductorone/baton-sdk/pkg/types/resource"

	"interop/internal/check"
	"interop/internal/program"
)

// Roles are granted and revoked with messages made by the SDK, and its own functions read the responses.
func TestProvisioningOfRoles(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{})
	people := newPeople(percipio)
	inBothModes(t, percipio, []string{"-p"}, func(t *testing.T, our provisioned) {
		person := people.next(t, isLearner)
		give := func(client v2.GrantManagerServiceClient, role string) (*v2.GrantManagerServiceGrantResponse, error) {
			return client.Grant(t.Context(), v2.GrantManagerServiceGrantRequest_builder{
				Entitlement: roleEntitlement(t, role), Principal: &v2.Resource{Id: userID(person.ID)},
			}.Build())
		}
		take := func(client v2.GrantManagerServiceClient, role string) (*v2.GrantManagerServiceRevokeResponse, error) {
			return client.Revoke(t.Context(), v2.GrantManagerServiceRevokeRequest_builder{Grant: roleGrant(t, role, person.ID)}.Build())
		}
		isGiven := func(what string, answer *v2.GrantManagerServiceGrantResponse, role, replaced string) {
			t.Helper()
			check.SameIDs(t, "grants: "+what, grantIDs(answer.GetGrants()), []string{roleGrant(t, role, person.ID).GetId()})
			var annotation v2.GrantReplaced
			check.Equal(t, "a grant is replaced: "+what, hasAnnotation(t, answer, &annotation), replaced != "")
			if replaced != "" {
				check.Equal(t, "replaced grant: "+what, annotation.GetReplacedGrantId(), roleGrant(t, replaced, person.ID).GetId())
			}
		}

		// Once through each client.
		for _, step := range []struct {
			client   v2.GrantManagerServiceClient
			from, to string
		}{{our, "LEARNER", "ADMIN"}, {v2.NewGrantManagerServiceClient(our.connection), "ADMIN", "CONTENT_CURATOR"}} {
			answer, err := give(step.client, step.to)
			check.Succeeds(t, "grant "+step.to, err)
			isGiven("grant of "+step.to, answer, step.to, step.from)
			check.Equal(t, "there already", hasAnnotation(t, answer, &v2.GrantAlreadyExists{}), false)
			isWritten(t, percipio, "grant of "+step.to, `PATCH %s {"role":"%s"} 200`, person.ID, step.to)

			answer, err = give(step.client, step.to)
			check.Succeeds(t, "grant it again", err)
			isGiven("grant that there is", answer, step.to, "")
			check.That(t, hasAnnotation(t, answer, &v2.GrantAlreadyExists{}), "a grant that there is has no GrantAlreadyExists")

			revoked, err := take(step.client, step.from)
			check.Succeeds(t, "revoke what was replaced", err)
			check.That(t, hasAnnotation(t, revoked, &v2.GrantAlreadyRevoked{}), "the revocation of a replaced grant has no GrantAlreadyRevoked")
			isNothingWritten(t, percipio, "what is so already")
		}

		revoked, err := take(our, "CONTENT_CURATOR")
		check.Succeeds(t, "revoke", err)
		check.Equal(t, "revoked already", hasAnnotation(t, revoked, &v2.GrantAlreadyRevoked{}), false)
		isWritten(t, percipio, "revocation", `PATCH %s {"role":"LEARNER"} 200`, person.ID)
		revoked, err = take(our, "CONTENT_CURATOR")
		check.Succeeds(t, "revoke again", err)
		check.That(t, hasAnnotation(t, revoked, &v2.GrantAlreadyRevoked{}), "the second revocation has no GrantAlreadyRevoked")

		_, err = take(our, "LEARNER")
		isCancelled(t, "revoke the least role", err, "every Percipio user has a role")
		_, err = give(our, "OF_THEIR_OWN")
		isCancelled(t, "grant a role that the API does not take", err, "OF_THEIR_OWN")

		person = program.User{ID: nobodyID}
		_, err = give(our, "ADMIN")
		isCode(t, "grant to nobody", err, codes.NotFound)
		_, err = take(our, "ADMIN")
		isCode(t, "revoke from nobody", err, codes.NotFound)
		isNothingWritten(t, percipio, "what is refused")
	})
}

func TestProvisioningOfOtherGrants(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{})
	our := newClient(t, program.Serve(t, percipio, "--provisioning"), 0)
	client := v2.NewGrantManagerServiceClient(our.connection)

	course, err := resource.NewResource("course", &v2.ResourceType{Id: "course"}, percipio.Truth.CourseIDs[0])
	check.Succeeds(t, "make a course with the SDK", err)
	completed := entitlement.NewAssignmentEntitlement(course, "completed")
	person := &v2.Resource{Id: userID(percipio.Truth.UserIDs[0])}
	_, err = client.Grant(t.Context(), v2.GrantManagerServiceGrantRequest_builder{Entitlement: completed, Principal: person}.Build())
	isCancelled(t, "grant of a course", err, "Course progress comes from learning")
	_, err = client.Revoke(t.Context(), v2.GrantManagerServiceRevokeRequest_builder{
		Grant: v2.Grant_builder{Id: "g", Entitlement: completed, Principal: person}.Build(),
	}.Build())
	isCancelled(t, "revocation of a course", err, "Course progress comes from learning")

	_, err = client.Grant(t.Context(), v2.GrantManagerServiceGrantRequest_builder{
		Entitlement: roleEntitlement(t, "ADMIN"), Principal: course,
	}.Build())
	isCode(t, "grant of a role to a course", err, codes.InvalidArgument)
	_, err = client.Grant(t.Context(), v2.GrantManagerServiceGrantRequest_builder{
		Entitlement: entitlement.NewPermissionEntitlement(roleEntitlement(t, "ADMIN").GetResource(), "member"), Principal: person,
	}.Build())
	isCode(t, "grant of an entitlement that a role does not have", err, codes.InvalidArgument)
	isNothingWritten(t, percipio, "what is refused")

	// A user without a role gets one, which replaces nothing.
	for _, user := range percipio.Users {
		if user.Role == nil && user.Email != nil {
			answer, err := client.Grant(t.Context(), v2.GrantManagerServiceGrantRequest_builder{
				Entitlement: roleEntitlement(t, "MANAGER"), Principal: &v2.Resource{Id: userID(user.ID)},
			}.Build())
			check.Succeeds(t, "grant to who has no role", err)
			check.Equal(t, "something was replaced", hasAnnotation(t, answer, &v2.GrantReplaced{}), false)
			isWritten(t, percipio, "first role", `PATCH %s {"role":"MANAGER"} 200`, user.ID)
			return
		}
	}
	t.Error("everyone has a role")
}
