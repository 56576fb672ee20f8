// A peer for the benchmark: go-lumber's own server, decoding each event into a map as its users do, and acknowledging every batch.
// It prints its address, and at the end of its standard input the number of events that it decoded.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"

	"github.com/elastic/go-lumber/server"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	lumber, err := server.NewWithListener(listener, server.V2(true), server.JSONDecoder(json.Unmarshal))
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().String())
	var events atomic.Int64
	go func() {
		for batch := range lumber.ReceiveChan() {
			events.Add(int64(len(batch.Events)))
			batch.ACK()
		}
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = lumber.Close()
	fmt.Println(events.Load())
}
