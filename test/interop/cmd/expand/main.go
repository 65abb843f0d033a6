// Command expand expands the grants of a file with the SDK's syncer, and prints what that took.
//
//	expand FILE FOLDER    with a folder for temporary files
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"syscall"
	"time"

	"interop/internal/expansion"
)

func main() {
	before := cpu()
	started := time.Time{}
	var wall time.Duration
	grants, err := expansion.Measure(context.Background(), os.Args[1], os.Args[2], func() {
		before, started = cpu(), time.Now()
	}, func() { wall = time.Since(started) })
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	used := cpu() - before
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{
		"grants": grants, "wallMs": wall.Milliseconds(), "cpuMs": used.Milliseconds(), "peakBytes": usage().Maxrss * 1024,
	})
}

func usage() (usage syscall.Rusage) {
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage
}

func cpu() time.Duration {
	usage := usage()
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
