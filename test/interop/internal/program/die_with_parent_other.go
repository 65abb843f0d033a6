//go:build !linux

package program

import "os/exec"

// dieWithParent does nothing: only Linux supports this.
func dieWithParent(*exec.Cmd) {}
