package interop

import (
	"testing"

	"google.golang.org/grpc/status"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/actions"

	"interop/internal/check"
	"interop/internal/program"
)

// Percipio processes a request and its response is lost. The caller still learns the outcome, and it happens only once.
func TestProvisioningWithLostAnswers(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{})
	people := newPeople(percipio)
	key := encryptionKeys(t)[0]
	inBothModes(t, percipio, []string{"-p"}, func(t *testing.T, our provisioned) {
		for _, how := range []string{program.AnswerReset, program.AnswerUnavailable} {
			t.Run(how, func(t *testing.T) {
				percipio.LoseAnswer(t, "POST", how)
				request, login := newAccount(t, nil)
				request.CredentialOptions, request.EncryptionConfigs = randomPassword(16), []*v2.EncryptionConfig{key.config}
				user := created(t, our, request)
				if len(user.encrypted) != 1 {
					t.Fatalf("there are %d encrypted passwords", len(user.encrypted))
				}
				check.That(t, percipio.CanSignIn(t, login, key.decrypt(t, user.encrypted[0])), "%s cannot sign in", login)
				isWritten(t, percipio, "creation", `POST {"customAttributes":[],"email":"%s","externalUserId":"E-%s","isActive":true,"loginName":"%s","password":"***","role":"LEARNER","sendWelcomeEmail":false} 201`, login, login, login)

				person := people.next(t, isLearner)
				percipio.LoseAnswer(t, "PATCH", how)
				grant, err := our.Grant(t.Context(), v2.GrantManagerServiceGrantRequest_builder{
					Entitlement: roleEntitlement(t, "MANAGER"), Principal: &v2.Resource{Id: userID(person.ID)},
				}.Build())
				check.Succeeds(t, "grant", err)
				var replaced v2.GrantReplaced
				check.That(t, hasAnnotation(t, grant, &replaced) && !hasAnnotation(t, grant, &v2.GrantAlreadyExists{}), "the grant was there already: %v", grant)
				check.Equal(t, "replaced grant", replaced.GetReplacedGrantId(), roleGrant(t, "LEARNER", person.ID).GetId())
				isWritten(t, percipio, "grant", `PATCH %s {"role":"MANAGER"} 200`, person.ID)

				percipio.LoseAnswer(t, "PATCH", how)
				revocation, err := our.Revoke(t.Context(), v2.GrantManagerServiceRevokeRequest_builder{Grant: roleGrant(t, "MANAGER", person.ID)}.Build())
				check.Succeeds(t, "revoke", err)
				check.Equal(t, "revoked already", hasAnnotation(t, revocation, &v2.GrantAlreadyRevoked{}), false)
				isWritten(t, percipio, "revocation", `PATCH %s {"role":"LEARNER"} 200`, person.ID)

				percipio.LoseAnswer(t, "PATCH", how)
				rotated, err := our.RotateCredential(t.Context(), v2.RotateCredentialRequest_builder{
					ResourceId: userID(person.ID), CredentialOptions: randomPassword(16), EncryptionConfigs: request.EncryptionConfigs,
				}.Build())
				check.Succeeds(t, "rotate", err)
				for _, encrypted := range rotated.GetEncryptedData() {
					check.That(t, percipio.CanSignIn(t, *person.Email, key.decrypt(t, encrypted)), "%s cannot sign in", *person.Email)
				}
				isWritten(t, percipio, "rotation", `PATCH %s {"password":"***"} 200`, person.ID)

				percipio.LoseAnswer(t, "PATCH", how)
				disabled := invoke(t, our, "disable_user", userArguments(t, person.ID)[0])
				isDone(t, "disable_user", disabled)
				changed, _ := actions.GetBoolArg(disabled.GetResponse(), "changed")
				check.That(t, changed, "the action says that nothing changed")
				isWritten(t, percipio, "action", `PATCH %s {"isActive":false} 200`, person.ID)
			})
		}
	})
}

// Several concurrent requests for the same: it happens once, and all callers learn that it has.
func TestProvisioningOfTheSameAtOnce(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{})
	our := newClient(t, program.Serve(t, percipio, "-p"), 0)
	accounts := v2.NewAccountManagerServiceClient(our.connection)
	request, login := newAccount(t, nil)
	const callers = 8
	outcomes := make(chan string, callers)
	for range callers {
		go func() {
			answer, err := accounts.CreateAccount(t.Context(), request)
			switch {
			case answer.HasSuccess():
				outcomes <- "created"
			case answer.HasAlreadyExists():
				outcomes <- "there already"
			default:
				outcomes <- status.Convert(err).String()
			}
		}()
	}
	counts := map[string]int{}
	for range callers {
		counts[<-outcomes]++
	}
	check.That(t, counts["created"] == 1 && counts["there already"] == callers-1, "the outcomes are %v", counts)
	found := 0
	for _, user := range percipio.UsersNow(t) {
		if user.Email != nil && *user.Email == login {
			found++
		}
	}
	check.Equal(t, "users", found, 1)
}
