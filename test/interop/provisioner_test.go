package interop

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/connectorclient"
	"github.com/conductorone/baton-sdk/pkg/provisioner"

	"interop/internal/check"
	"interop/internal/program"
)

// The SDK's provisioner looks things up in a file that our program wrote, and calls our server. The next sync shows the
// result.
func TestProvisionerOfTheSDK(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 120, Courses: 10, ActivityRows: 100})
	path := filepath.Join(t.TempDir(), "sync.c1z")
	program.Sync(t, percipio, path)
	connection := newClient(t, program.Serve(t, percipio, "-p"), 0).connection
	our := connectorclient.NewConnectorClient(t.Context(), connection)
	run := func(provisioner *provisioner.Provisioner) error {
		t.Helper()
		err := provisioner.Run(t.Context())
		check.Succeeds(t, "close the provisioner", provisioner.Close(t.Context()))
		return err
	}
	people := newPeople(percipio)
	want := percipio.Truth.GrantsOfType("role")
	replace := func(user program.User, from, to string) {
		want = append(want, "role:"+to+":assigned:user:"+user.ID)
		for i, id := range want {
			if id == "role:"+from+":assigned:user:"+user.ID {
				want = append(want[:i], want[i+1:]...)
				return
			}
		}
	}

	learner := people.next(t, isLearner)
	check.Succeeds(t, "grant", run(provisioner.NewGranter(our, path, "role:MANAGER:assigned", learner.ID, "user")))
	isWritten(t, percipio, "grant", `PATCH %s {"role":"MANAGER"} 200`, learner.ID)
	replace(learner, "LEARNER", "MANAGER")
	admin := people.next(t, isAdministrator)
	check.Succeeds(t, "revoke", run(provisioner.NewRevoker(our, path, "role:"+*admin.Role+":assigned:user:"+admin.ID)))
	isWritten(t, percipio, "revocation", `PATCH %s {"role":"LEARNER"} 200`, admin.ID)
	replace(admin, *admin.Role, "LEARNER")
	// The file has not changed: the grant is still in it.
	check.Succeeds(t, "revoke what was replaced", run(provisioner.NewRevoker(our, path, "role:LEARNER:assigned:user:"+learner.ID)))
	isCancelled(t, "revoke the least role", run(provisioner.NewRevoker(our, path, "role:LEARNER:assigned:user:"+people.next(t, isLearner).ID)), "every Percipio user has a role")
	courseGrant := percipio.Truth.GrantsOfType("course")[0]
	isCancelled(t, "revoke a course", run(provisioner.NewRevoker(our, path, courseGrant)), "Course progress")
	isNothingWritten(t, percipio, "what needs none, or is refused")

	// The login and the e-mail are passed besides the profile. The SDK encrypts the password for a key that it discards.
	profile := newStruct(t, map[string]any{"external_user_id": "E900001", "role": "LEARNING_ADMIN"})
	check.Succeeds(t, "create an account", run(provisioner.NewCreateAccountManager(our, path, "one", "one@example.com", profile, "")))
	isWritten(t, percipio, "account", `POST {"customAttributes":[],"email":"one@example.com","externalUserId":"E900001","isActive":true,"loginName":"one","password":"***","role":"LEARNING_ADMIN","sendWelcomeEmail":false} 201`)
	check.Succeeds(t, "create it again", run(provisioner.NewCreateAccountManager(our, path, "one", "one@example.com", profile, "user")))
	isNothingWritten(t, percipio, "account that there is")
	isCode(t, "create a course", run(provisioner.NewCreateAccountManager(our, path, "two", "", profile, "course")), codes.Unimplemented)

	leaver := people.next(t, isLearner)
	for range 2 {
		check.Succeeds(t, "delete", run(provisioner.NewResourceDeleter(our, path, leaver.ID, "user")))
	}
	isWritten(t, percipio, "deletion", `PATCH %s {"isActive":false} 200`, leaver.ID)
	check.Succeeds(t, "rotate", run(provisioner.NewCredentialRotator(our, path, leaver.ID, "user")))
	isWritten(t, percipio, "rotation", `PATCH %s {"password":"***"} 200`, leaver.ID)

	program.Sync(t, percipio, path)
	store := readWithSDK(t, path)
	grants, _ := readPages(t, "read grants", func(token string) (*v2.GrantsServiceListGrantsResponse, error) {
		return store.ListGrants(t.Context(), &v2.GrantsServiceListGrantsRequest{PageToken: token})
	})
	var found, others []string
	for _, id := range grantIDs(grants) {
		switch {
		case strings.HasPrefix(id, "role:LEARNING_ADMIN:") && !contains(want, id):
			others = append(others, id)
		case strings.HasPrefix(id, "role:"):
			found = append(found, id)
		}
	}
	check.SameIDs(t, "grants of roles in the next sync", found, want)
	check.Equal(t, "grants of the new person", len(others), 1)
}

func contains(ids []string, wanted string) bool {
	for _, id := range ids {
		if id == wanted {
			return true
		}
	}
	return false
}

// The same with the command line of a connector built on the SDK, which passes its flags on to our program as its child.
func TestProvisioningBySDKParent(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 120, Courses: 10, ActivityRows: 100})
	path := filepath.Join(t.TempDir(), "sync.c1z")
	program.Sync(t, percipio, path)
	people := newPeople(percipio)
	run := func(what string, flags ...string) program.Result {
		t.Helper()
		result := program.StartSDKParent(t, percipio, path, flags...).Wait(t)
		check.That(t, result.ExitCode == 0, "%s: the exit code is %d:\n%s", what, result.ExitCode, result.Stderr)
		return result
	}

	person := people.next(t, isLearner)
	run("grant", "--grant-entitlement", "role:ADMIN:assigned", "--grant-principal", person.ID, "--grant-principal-type", "user")
	isWritten(t, percipio, "grant", `PATCH %s {"role":"ADMIN"} 200`, person.ID)
	admin := people.next(t, isAdministrator)
	run("revoke", "--revoke-grant", "role:"+*admin.Role+":assigned:user:"+admin.ID)
	isWritten(t, percipio, "revocation", `PATCH %s {"role":"LEARNER"} 200`, admin.ID)
	run("create", "--create-account-profile", `{"external_user_id": "E900002", "first_name": "Two"}`,
		"--create-account-login", "two", "--create-account-email", "two@example.com")
	isWritten(t, percipio, "account", `POST {"customAttributes":[],"email":"two@example.com","externalUserId":"E900002","firstName":"Two","isActive":true,"loginName":"two","password":"***","role":"LEARNER","sendWelcomeEmail":false} 201`)
	run("delete", "--delete-resource", person.ID, "--delete-resource-type", "user")
	isWritten(t, percipio, "deletion", `PATCH %s {"isActive":false} 200`, person.ID)
	run("rotate", "--rotate-credentials", person.ID, "--rotate-credentials-type", "user")
	isWritten(t, percipio, "rotation", `PATCH %s {"password":"***"} 200`, person.ID)

	arguments, err := json.Marshal(map[string]any{"user_id": map[string]string{"resource_type_id": "user", "resource_id": person.ID}})
	check.Succeeds(t, "write arguments", err)
	run("invoke", "--invoke-action", "enable_user", "--invoke-action-args", string(arguments))
	isWritten(t, percipio, "action", `PATCH %s {"isActive":true} 200`, person.ID)
	result := run("list actions", "--list-action-schemas")
	check.That(t, strings.Contains(string(result.Stderr), "update_user_profile"), "the SDK lists no actions:\n%s", result.Stderr)

	result = run("read events", "--event-feed", "true", "--event-feed-id", "percipio_user_changes", "--event-feed-start-at", "2026-01-01T00:00:00Z")
	changed := map[string]bool{}
	for line := range strings.Lines(string(result.Stdout)) {
		event := &v2.Event{}
		check.Succeeds(t, "read an event", protojson.Unmarshal([]byte(line), event))
		changed[event.GetResourceChangeEvent().GetResourceId().GetResource()] = true
	}
	check.That(t, len(changed) == 3 && changed[person.ID] && changed[admin.ID], "the events are of %v", changed)
}
