package interop

import (
	"bytes"
	"fmt"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/crypto"
	"github.com/conductorone/baton-sdk/pkg/types/resource"

	"interop/internal/check"
	"interop/internal/program"
)

// Accounts come, change their passwords and go. What comes encrypted is read by the SDK, and lets people sign in.
func TestProvisioningOfAccounts(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{})
	people := newPeople(percipio)
	keys := encryptionKeys(t)
	secret, secretConfig := clientSecret(t)
	flags := []string{"-p", "--client-id", "tests@example.conductorone.com/connector", "--client-secret", secret, "--log-level", "debug"}
	inBothModes(t, percipio, flags, func(t *testing.T, our provisioned) {
		var passwords []string
		// A password that the program made up: the same for each key, and of the length that was asked for.
		passwordOf := func(t *testing.T, encrypted []*v2.EncryptedData, length int, keys ...encryptionKey) string {
			t.Helper()
			if len(encrypted) != len(keys) {
				t.Fatalf("there are %d encrypted passwords for %d keys", len(encrypted), len(keys))
			}
			password := ""
			for i, key := range keys {
				decrypted := key.decrypt(t, encrypted[i])
				check.That(t, password == "" || decrypted == password, "%s: the password is another one than for the key before", key.name)
				password = decrypted
			}
			check.Equal(t, "length of the password", len(password), length)
			passwords = append(passwords, password)
			return password
		}

		for _, key := range keys {
			t.Run("a random password for a key of "+key.name, func(t *testing.T) {
				request, login := newAccount(t, nil)
				request.CredentialOptions, request.EncryptionConfigs = randomPassword(16), []*v2.EncryptionConfig{key.config}
				user := created(t, our, request)
				password := passwordOf(t, user.encrypted, 16, key)
				check.That(t, percipio.CanSignIn(t, login, password), "%s cannot sign in", login)
				isWritten(t, percipio, "creation", `POST {"customAttributes":[],"email":"%s","externalUserId":"%s","isActive":true,"loginName":"%s","password":"***","role":"LEARNER","sendWelcomeEmail":false} 201`,
					login, "E-"+login, login)
			})
		}

		t.Run("somebody with a profile, and no password", func(t *testing.T) {
			request, login := newAccount(t, map[string]any{
				"first_name": "Žofie", "last_name": "O'Hara", "role": "manager", "send_welcome_email": true, "reactivate": "",
			})
			request.CredentialOptions = v2.CredentialOptions_builder{NoPassword: &v2.CredentialOptions_NoPassword{}}.Build()
			user := created(t, our, request)
			check.Equal(t, "encrypted passwords", len(user.encrypted), 0)
			isWritten(t, percipio, "creation", `POST {"customAttributes":[],"email":"%s","externalUserId":"%s","firstName":"Žofie","isActive":true,"lastName":"O'Hara","loginName":"%s","role":"MANAGER","sendWelcomeEmail":true} 201`,
				login, "E-"+login, login)
			trait, err := resource.GetUserTrait(user.resource)
			check.Succeeds(t, "read the new user with the SDK", err)
			check.Equal(t, "login of the new user", trait.GetLogin(), login)
			check.Equal(t, "status of the new user", trait.GetStatus().GetStatus(), v2.UserTrait_Status_STATUS_ENABLED)

			// Asked for again: the same account, and no password.
			request.CredentialOptions, request.EncryptionConfigs = randomPassword(16), []*v2.EncryptionConfig{keys[0].config}
			answer, err := our.CreateAccount(t.Context(), request)
			check.Succeeds(t, "create it again", err)
			existing := answer.GetAlreadyExists()
			check.That(t, answer.HasAlreadyExists() && existing.GetIsCreateAccountResult(), "the second answer is %v", answer)
			check.Equal(t, "user of the second answer", resourceKey(existing.GetResource().GetId()), resourceKey(user.resource.GetId()))
			check.Equal(t, "encrypted passwords of the second answer", len(answer.GetEncryptedData()), 0)
			isNothingWritten(t, percipio, "the second creation")
		})

		t.Run("somebody who was deactivated", func(t *testing.T) {
			person := people.next(t, isInactive)
			request := v2.CreateAccountRequest_builder{
				AccountInfo: v2.AccountInfo_builder{Profile: newStruct(t, map[string]any{
					"external_user_id": *person.ExternalUserID, "login_name": *person.LoginName, "email": *person.Email,
				})}.Build(),
				CredentialOptions: randomPassword(20),
			}.Build()
			for _, key := range keys {
				request.EncryptionConfigs = append(request.EncryptionConfigs, key.config)
			}
			_, err := our.CreateAccount(t.Context(), request)
			isCancelled(t, "creation without reactivate", err, "reactivate")
			isNothingWritten(t, percipio, "creation without reactivate")

			request.AccountInfo.Profile.Fields["reactivate"] = structpb.NewBoolValue(true)
			user := created(t, our, request)
			check.Equal(t, "user", resourceKey(user.resource.GetId()), "user:"+person.ID)
			password := passwordOf(t, user.encrypted, 20, keys...)
			check.That(t, percipio.CanSignIn(t, *person.LoginName, password), "%s cannot sign in", *person.LoginName)
			isWritten(t, percipio, "reactivation", `PATCH %s {"isActive":true,"password":"***"} 200`, person.ID)
		})

		t.Run("a password that was chosen for the client secret", func(t *testing.T) {
			const password = "Chosen, and nöt made up 1"
			passwords = append(passwords, password)
			request, login := newAccount(t, nil)
			encrypted := encrypt(t, password, keys[0].config, secretConfig)
			request.CredentialOptions = v2.CredentialOptions_builder{
				EncryptedPassword: v2.CredentialOptions_EncryptedPassword_builder{EncryptedPasswords: encrypted}.Build(),
			}.Build()
			key, err := crypto.ParseClientSecret([]byte(secret), true)
			check.Succeeds(t, "read the client secret with the SDK", err)
			local, err := crypto.ConvertCredentialOptions(t.Context(), key, request.CredentialOptions, nil)
			check.Succeeds(t, "decrypt with the SDK", err)
			check.Equal(t, "password as the SDK reads it", local.GetPlaintextPassword().GetPlaintextPassword(), password)

			user := created(t, our, request)
			check.Equal(t, "encrypted passwords", len(user.encrypted), 0)
			check.That(t, percipio.CanSignIn(t, login, password), "%s cannot sign in", login)
			percipio.TakeWrites(t)

			request.CredentialOptions.SetEncryptedPassword(v2.CredentialOptions_EncryptedPassword_builder{
				EncryptedPasswords: encrypt(t, password, keys[0].config),
			}.Build())
			request.AccountInfo.Profile.Fields["external_user_id"] = structpb.NewStringValue("E-other")
			_, err = our.CreateAccount(t.Context(), request)
			isCode(t, "password for another key", err, codes.InvalidArgument)
			isNothingWritten(t, percipio, "password for another key")
		})

		t.Run("rotation", func(t *testing.T) {
			person := people.next(t, isLearner)
			former := ""
			for _, length := range []int64{12, 31} {
				request := v2.RotateCredentialRequest_builder{ResourceId: userID(person.ID), CredentialOptions: randomPassword(length)}.Build()
				for _, key := range keys {
					request.EncryptionConfigs = append(request.EncryptionConfigs, key.config)
				}
				answer, err := our.RotateCredential(t.Context(), request)
				check.Succeeds(t, "rotate", err)
				check.Equal(t, "resource", resourceKey(answer.GetResourceId()), "user:"+person.ID)
				password := passwordOf(t, answer.GetEncryptedData(), int(length), keys...)
				check.That(t, percipio.CanSignIn(t, *person.Email, password), "%s cannot sign in", *person.Email)
				check.That(t, !percipio.CanSignIn(t, *person.Email, former), "%s can sign in with the former password", *person.Email)
				isWritten(t, percipio, "rotation", `PATCH %s {"password":"***"} 200`, person.ID)
				former = password
			}
			for id, want := range map[string]codes.Code{nobodyID: codes.NotFound, "nobody": codes.InvalidArgument} {
				_, err := our.RotateCredential(t.Context(), v2.RotateCredentialRequest_builder{
					ResourceId: userID(id), CredentialOptions: randomPassword(12), EncryptionConfigs: []*v2.EncryptionConfig{keys[0].config},
				}.Build())
				isCode(t, "rotation for "+id, err, want)
			}
			_, err := our.RotateCredential(t.Context(), v2.RotateCredentialRequest_builder{
				ResourceId: userID(person.ID), CredentialOptions: v2.CredentialOptions_builder{NoPassword: &v2.CredentialOptions_NoPassword{}}.Build(),
			}.Build())
			isCode(t, "rotation to no password", err, codes.InvalidArgument)
			isNothingWritten(t, percipio, "rotation that is refused")
		})

		t.Run("deletion", func(t *testing.T) {
			for i, call := range []func(id *v2.ResourceId) (withAnnotations, error){
				func(id *v2.ResourceId) (withAnnotations, error) {
					return our.DeleteResource(t.Context(), v2.DeleteResourceRequest_builder{ResourceId: id}.Build())
				},
				func(id *v2.ResourceId) (withAnnotations, error) {
					return our.DeleteResourceV2(t.Context(), v2.DeleteResourceV2Request_builder{ResourceId: id}.Build())
				},
			} {
				name := []string{"DeleteResource", "DeleteResourceV2"}[i]
				person := people.next(t, isLearner)
				answer, err := call(userID(person.ID))
				check.Succeeds(t, name, err)
				check.Equal(t, "there was nobody", hasAnnotation(t, answer, &v2.ResourceDoesNotExist{}), false)
				isWritten(t, percipio, name, `PATCH %s {"isActive":false} 200`, person.ID)
				answer, err = call(userID(person.ID))
				check.Succeeds(t, name+" again", err)
				check.Equal(t, "there was nobody the second time", hasAnnotation(t, answer, &v2.ResourceDoesNotExist{}), false)
				answer, err = call(userID(nobodyID))
				check.Succeeds(t, name+" of nobody", err)
				check.That(t, hasAnnotation(t, answer, &v2.ResourceDoesNotExist{}), "%s of nobody has no ResourceDoesNotExist", name)
				_, err = call(&v2.ResourceId{ResourceType: "course", Resource: percipio.Truth.CourseIDs[0]})
				isCode(t, name+" of a course", err, codes.Unimplemented)
				isNothingWritten(t, percipio, name+" of what is not there (any more)")
			}
		})

		t.Run("requests that cannot be done", func(t *testing.T) {
			one := []*v2.EncryptionConfig{keys[0].config}
			for what, change := range map[string]func(request *v2.CreateAccountRequest) codes.Code{
				"without an external user id": func(request *v2.CreateAccountRequest) codes.Code {
					delete(request.AccountInfo.Profile.Fields, "external_user_id")
					return codes.InvalidArgument
				},
				"with a role that there is not": func(request *v2.CreateAccountRequest) codes.Code {
					request.AccountInfo.Profile.Fields["role"] = structpb.NewStringValue("KING")
					return codes.InvalidArgument
				},
				"with an attribute that there is not": func(request *v2.CreateAccountRequest) codes.Code {
					attributes := newStruct(t, map[string]any{"Shoe size": "46"})
					request.AccountInfo.Profile.Fields["custom_attributes"] = structpb.NewStructValue(attributes)
					return codes.InvalidArgument
				},
				"for another type": func(request *v2.CreateAccountRequest) codes.Code {
					request.ResourceTypeId = "course"
					return codes.Unimplemented
				},
				"with a random password for nobody": func(request *v2.CreateAccountRequest) codes.Code {
					request.CredentialOptions = randomPassword(16)
					return codes.InvalidArgument
				},
				"with a random password for a key that is none": func(request *v2.CreateAccountRequest) codes.Code {
					request.CredentialOptions = randomPassword(16)
					bad := v2.EncryptionConfig_JWKPublicKeyConfig_builder{PubKey: []byte(`{"kty":"OKP"}`)}.Build()
					request.EncryptionConfigs = append(one, v2.EncryptionConfig_builder{JwkPublicKeyConfig: bad}.Build())
					return codes.InvalidArgument
				},
				"with a password that is too weak": func(request *v2.CreateAccountRequest) codes.Code {
					request.CredentialOptions = v2.CredentialOptions_builder{
						EncryptedPassword: v2.CredentialOptions_EncryptedPassword_builder{
							EncryptedPasswords: encrypt(t, "weakpassword", secretConfig),
						}.Build(),
					}.Build()
					return codes.InvalidArgument
				},
				"with a password that must be changed": func(request *v2.CreateAccountRequest) codes.Code {
					request.CredentialOptions, request.EncryptionConfigs = randomPassword(16), one
					request.CredentialOptions.ForceChangeAtNextLogin = true
					return codes.FailedPrecondition
				},
				"with the names of two people": func(request *v2.CreateAccountRequest) codes.Code {
					request.AccountInfo.Profile.Fields["login_name"] = structpb.NewStringValue(*people.next(t, isLearner).LoginName)
					request.AccountInfo.Profile.Fields["email"] = structpb.NewStringValue(*people.next(t, isLearner).Email)
					return codes.FailedPrecondition
				},
			} {
				request, _ := newAccount(t, nil)
				want := change(request)
				_, err := our.CreateAccount(t.Context(), request)
				isCode(t, what, err, want)
				if want == codes.FailedPrecondition {
					isCancelled(t, what, err, "")
				}
				isNothingWritten(t, percipio, what)
			}
		})

		log := our.log()
		check.That(t, bytes.Contains(log, []byte("created a user")), "the log tells nothing of a new user:\n%s", log)
		for _, text := range append(passwords, "weakpassword", secret) {
			check.That(t, !bytes.Contains(log, []byte(text)), "the log has %q", text)
		}
	})
}

// withAnnotations is an answer.
type withAnnotations interface {
	proto.Message
	annotated
}

var newAccounts int

// newAccount asks for an account of somebody who has none, and tells the login and e-mail.
func newAccount(t *testing.T, profile map[string]any) (request *v2.CreateAccountRequest, login string) {
	t.Helper()
	newAccounts++
	login = fmt.Sprintf("new.%d@example.com", newAccounts)
	fields := map[string]any{"external_user_id": "E-" + login}
	for name, value := range profile {
		fields[name] = value
	}
	return v2.CreateAccountRequest_builder{AccountInfo: v2.AccountInfo_builder{
		Emails:  []*v2.AccountInfo_Email{v2.AccountInfo_Email_builder{Address: login, IsPrimary: true}.Build()},
		Login:   login,
		Profile: newStruct(t, fields),
	}.Build()}.Build(), login
}

type createdAccount struct {
	resource  *v2.Resource
	encrypted []*v2.EncryptedData
}

// created creates an account. The test ends if that fails.
func created(t *testing.T, our v2.AccountManagerServiceClient, request *v2.CreateAccountRequest) createdAccount {
	t.Helper()
	answer, err := our.CreateAccount(t.Context(), request)
	check.Succeeds(t, "create an account", err)
	if !answer.HasSuccess() || !answer.GetSuccess().GetIsCreateAccountResult() {
		t.Fatalf("the account was not created: %v", answer)
	}
	return createdAccount{answer.GetSuccess().GetResource(), answer.GetEncryptedData()}
}

func randomPassword(length int64) *v2.CredentialOptions {
	return v2.CredentialOptions_builder{
		RandomPassword: v2.CredentialOptions_RandomPassword_builder{Length: length}.Build(),
	}.Build()
}

func newStruct(t *testing.T, fields map[string]any) *structpb.Struct {
	t.Helper()
	made, err := structpb.NewStruct(fields)
	check.Succeeds(t, "make a struct", err)
	return made
}
