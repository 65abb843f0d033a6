package interop

import (
	"strings"
	"testing"

	"github.com/conductorone/baton-sdk/pkg/crypto"

	"interop/internal/check"
	"interop/internal/program"
)

// What the SDK takes for a client secret, and what it refuses, is what our program takes and refuses.
func TestServiceModeCredentials(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 1, Courses: 1, ActivityRows: 1})
	for what, secret := range map[string]string{
		"three parts":      "secret-token:v1:e30",
		"another version":  "secret-token:conductorone.com:v2:e30",
		"not base64url":    "secret-token:conductorone.com:v1:***",
		"not a key":        "secret-token:conductorone.com:v1:e30",
		"not JSON at all":  "secret-token:conductorone.com:v1:aGVsbG8",
		"no secret at all": "secret-token",
	} {
		t.Run(what, func(t *testing.T) {
			_, err := crypto.ParseClientSecret([]byte(secret), false)
			check.That(t, err != nil, "the SDK takes %q", secret)
			result := program.TryServiceMode(t, percipio, "a-b-1@127.0.0.1:1/client", secret)
			check.Equal(t, "exit code", result.ExitCode, 1)
			check.That(t, strings.Contains(string(result.Stderr), "--client-secret "), "it does not say what is wrong: %s", result.Stderr)
		})
	}
}
