package interop

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/connectorclient"
	"github.com/conductorone/baton-sdk/pkg/types"
	"github.com/conductorone/baton-sdk/pkg/types/entitlement"
	"github.com/conductorone/baton-sdk/pkg/types/grant"
	"github.com/conductorone/baton-sdk/pkg/types/resource"

	"interop/internal/check"
	"interop/internal/program"
)

// Nonexistent ids.
const nobodyID = "00000000-0000-4000-8000-000000000000"

// provisioned is our program, called through the client that the SDK's parent uses.
type provisioned struct {
	types.ConnectorClient
	connection grpc.ClientConnInterface
	// log is what the program has logged so far.
	log func() []byte
}

// inBothModes runs a test against a server, and against a child of a parent made of the SDK's parts.
func inBothModes(t *testing.T, percipio *program.Percipio, flags []string, test func(t *testing.T, our provisioned)) {
	t.Helper()
	t.Run("as a server", func(t *testing.T) {
		server := program.Serve(t, percipio, flags...)
		connection := newClient(t, server, 0).connection
		test(t, provisioned{connectorclient.NewConnectorClient(t.Context(), connection), connection, server.Log})
	})
	t.Run("as a child", func(t *testing.T) {
		parent := newParent(t)
		child := parent.startChild(t, percipio, flags...)
		connection, _ := parent.dial(t, child)
		test(t, provisioned{connectorclient.NewConnectorClient(t.Context(), connection), connection, child.Log})
	})
}

// people hands out users of Percipio, each once, so that tests do not see each other's changes.
type people struct {
	percipio *program.Percipio
	given    map[string]bool
}

func newPeople(percipio *program.Percipio) *people {
	return &people{percipio, map[string]bool{}}
}

// next is a user who fits and has all names.
func (p *people) next(t *testing.T, fits func(program.User) bool) program.User {
	t.Helper()
	for _, user := range p.percipio.Users {
		isWhole := user.ExternalUserID != nil && user.LoginName != nil && user.Email != nil && user.IsActive != nil
		if isWhole && !p.given[user.ID] && fits(user) {
			p.given[user.ID] = true
			return user
		}
	}
	t.Fatal("there is no such user (any more)")
	return program.User{}
}

func isLearner(user program.User) bool  { return *user.IsActive && hasRole(user, "LEARNER") }
func isInactive(user program.User) bool { return !*user.IsActive && hasRole(user, "LEARNER") }

// isAdministrator reports whether a user has any administrative role.
func isAdministrator(user program.User) bool {
	return *user.IsActive && user.Role != nil && *user.Role != "LEARNER"
}

func hasRole(user program.User, role string) bool {
	return user.Role != nil && *user.Role == role
}

func userID(id string) *v2.ResourceId {
	return &v2.ResourceId{ResourceType: "user", Resource: id}
}

// roleEntitlement is the entitlement of a role as in a connector built on the SDK, so that the SDK creates the ids.
func roleEntitlement(t *testing.T, role string) *v2.Entitlement {
	t.Helper()
	roleType := &v2.ResourceType{Id: "role", Traits: []v2.ResourceType_Trait{v2.ResourceType_TRAIT_ROLE}}
	of, err := resource.NewRoleResource(role, roleType, role, nil)
	check.Succeeds(t, "make a role with the SDK", err)
	return entitlement.NewAssignmentEntitlement(of, "assigned", entitlement.WithGrantableTo(&v2.ResourceType{Id: "user"}))
}

func roleGrant(t *testing.T, role, id string) *v2.Grant {
	t.Helper()
	return grant.NewGrant(roleEntitlement(t, role).GetResource(), "assigned", userID(id))
}

type annotated interface{ GetAnnotations() []*anypb.Any }

// hasAnnotation reports whether a response has an annotation, and unpacks it like the SDK.
func hasAnnotation(t *testing.T, answer annotated, into proto.Message) bool {
	t.Helper()
	all := annotations.Annotations(answer.GetAnnotations())
	found, err := all.Pick(into)
	check.Succeeds(t, "read an annotation", err)
	return found
}

// isCode fails the test unless a call failed with the code.
func isCode(t *testing.T, what string, err error, want codes.Code) {
	t.Helper()
	check.That(t, status.Code(err) == want, "%s: the code is %s, and not %s: %v", what, status.Code(err), want, err)
}

// isCancelled fails the test unless the SDK recognizes the error as a deliberate rejection, with a reason for users.
func isCancelled(t *testing.T, what string, err error, contains string) {
	t.Helper()
	isCode(t, what, err, codes.FailedPrecondition)
	reason, isCancelled := grant.IsErrGrantCancelled(err)
	check.That(t, isCancelled && strings.Contains(reason, contains), "%s: the reason is %q, and has no %q: %v", what, reason, contains, err)
}

// isWritten fails the test unless Percipio has received exactly these writes since the last check.
func isWritten(t *testing.T, percipio *program.Percipio, what string, format string, args ...any) {
	t.Helper()
	check.Equal(t, "writes: "+what, percipio.TakeWrites(t), fmt.Sprintf(format, args...))
}

// isNothingWritten fails the test if Percipio has received a write since the last check.
func isNothingWritten(t *testing.T, percipio *program.Percipio, what string) {
	t.Helper()
	isWritten(t, percipio, what, "")
}
