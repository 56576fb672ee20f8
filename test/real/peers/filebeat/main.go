// Filebeat as its own project builds it, without the parts under Elastic's licence: every input and every output
// of the open-source distribution. The Go modules hold no newer version than 7.17.29.
package main

import (
	"os"

	filebeat "github.com/elastic/beats/v7/filebeat/cmd"
	_ "github.com/elastic/beats/v7/filebeat/include"
	inputs "github.com/elastic/beats/v7/filebeat/input/default-inputs"
)

func main() {
	command := filebeat.Filebeat(inputs.Init, filebeat.FilebeatSettings())
	if command.Execute() != nil {
		os.Exit(1)
	}
}
