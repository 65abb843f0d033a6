package interop

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"interop/internal/check"
	"interop/internal/gotool"
	"interop/internal/program"
)

// The grpcurl commands in docs/debugging.md print what the page shows. A Node test runs those of curl and buf.
func TestDebuggingPage(t *testing.T) {
	// The defaults of `simulate`.
	percipio := program.StartPercipio(t, program.Organization{Users: 200, Courses: 100, ActivityRows: 5000})
	server := program.Serve(t, percipio)

	page, err := os.ReadFile(program.InCheckout(t, "docs", "debugging.md"))
	check.Succeeds(t, "docs/debugging.md", err)
	tried := 0
	for _, block := range consoleBlock.FindAllStringSubmatch(string(page), -1) {
		command := continuedLine.ReplaceAllString(block[1], " ")
		arguments, isGrpcurl := strings.CutPrefix(command, "grpcurl ")
		if !isGrpcurl {
			continue
		}
		tried++
		t.Run(command, func(t *testing.T) {
			here := strings.ReplaceAll(arguments, pageAddress, server.Address)
			result := gotool.Run(t, "grpcurl", splitArguments(here)...)
			output := strings.TrimSuffix(string(result.Stdout)+string(result.Stderr), "\n")
			check.That(t, asShown(block[2]).MatchString(output), "%s printed:\n%s\nand not:\n%s", command, output, block[2])
		})
	}
	check.That(t, tried > 15, "only %d commands were tried", tried)
}

// pageAddress is the server's address on the page.
const pageAddress = "127.0.0.1:50051"

var (
	consoleBlock  = regexp.MustCompile("(?ms)^```console\n\\$ (.*?[^\\\\])\n(.*?)\n```$")
	continuedLine = regexp.MustCompile(` \\\n *`)
	argument      = regexp.MustCompile(`'([^']*)'|(\S+)`)
)

// splitArguments splits a command line that uses only single quotes.
func splitArguments(line string) []string {
	var arguments []string
	for _, found := range argument.FindAllStringSubmatch(line, -1) {
		arguments = append(arguments, found[1]+found[2])
	}
	return arguments
}

// asShown matches what the page shows: `…` stands for any characters, and on a line of its own for any lines.
func asShown(shown string) *regexp.Regexp {
	pattern := regexp.QuoteMeta(shown)
	pattern = strings.ReplaceAll(pattern, "\n…\n", "\n(?:.*\n)*?")
	pattern = strings.ReplaceAll(pattern, "…", ".*")
	return regexp.MustCompile(`\A` + pattern + `\z`)
}
