// Package sdkparent is a connector built on the Go SDK, reduced to the SDK's half: the parent, which syncs. Our program
// replaces the child that it starts from its own executable.
package sdkparent

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"github.com/spf13/viper"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/cli"
	"github.com/conductorone/baton-sdk/pkg/config"
	"github.com/conductorone/baton-sdk/pkg/connectorbuilder"
	"github.com/conductorone/baton-sdk/pkg/connectorrunner"
	"github.com/conductorone/baton-sdk/pkg/field"
)

// variable contains the command of our program, as a JSON list of words. It marks the processes of this package.
const variable = "INTEROP_SDK_CHILD"

// Env is the environment that makes a process with this executable such a connector.
func Env(child []string) ([]string, error) {
	words, err := json.Marshal(child)
	return []string{variable + "=" + string(words)}, err
}

// RunIfAsked must be called first in a process. It does not return in one that got Env.
func RunIfAsked() {
	text := os.Getenv(variable)
	if text == "" {
		return
	}
	arguments := os.Args[1:]
	if len(arguments) > 0 && arguments[len(arguments)-1] == "_connector-service" {
		fail(becomeChild(text, arguments))
	}
	// It ends the process itself when something fails.
	config.RunConnector(context.Background(), "baton-percipio", "v0.0.0", settings, newConnector, connectorrunner.WithSessionStoreEnabled())
	os.Exit(0)
}

// becomeChild replaces this process with our program: same pid, pipes, open files and environment.
func becomeChild(text string, arguments []string) error {
	var words []string
	if err := json.Unmarshal([]byte(text), &words); err != nil {
		return err
	}
	path, err := exec.LookPath(words[0])
	if err != nil {
		return err
	}
	return syscall.Exec(path, append(words, arguments...), os.Environ())
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "cannot become the child:", err)
	os.Exit(1)
}

// settings are those of our program that the tests need: a parent must know the flags that it passes on.
var settings = field.NewConfiguration([]field.SchemaField{
	field.StringField("base-url"),
	field.StringField("organization-id", field.WithRequired(true)),
	field.StringField("api-token", field.WithRequired(true), field.WithIsSecret(true)),
})

// connector has nothing: everything that a sync finds comes from the child.
type connector struct{}

func newConnector(context.Context, *viper.Viper, *cli.ConnectorOpts) (connectorbuilder.ConnectorBuilderV2, []connectorbuilder.Opt, error) {
	return connector{}, nil, nil
}

func (connector) Metadata(context.Context) (*v2.ConnectorMetadata, error) {
	return &v2.ConnectorMetadata{DisplayName: "of the parent"}, nil
}

func (connector) Validate(context.Context) (annotations.Annotations, error) {
	return nil, nil
}

func (connector) ResourceSyncers(context.Context) []connectorbuilder.ResourceSyncerV2 {
	return nil
}
