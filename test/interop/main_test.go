// Package interop tests our program against others: Baton's Go SDK, its command line, and grpcurl.
package interop

import (
	"fmt"
	"os"
	"testing"

	"interop/internal/check"
	"interop/internal/goconnector"
	"interop/internal/sdkparent"
)

func TestMain(m *testing.M) {
	goconnector.RunIfAsked()
	sdkparent.RunIfAsked()
	code := m.Run()
	fmt.Printf("interop: %s\n", check.Counts())
	os.Exit(code)
}
