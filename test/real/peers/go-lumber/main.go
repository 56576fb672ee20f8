// A peer for tests: go-lumber's own server, as the receivers that embed it have it. It prints its address, then the JSON of
// each event as it came, one a line, and acknowledges a batch when that is written. It serves until it is killed.
package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/elastic/go-lumber/server"
)

// Both what was decoded, for a server that could not would end the connection, and the bytes, which the test compares.
func decode(bytes []byte, event interface{}) error {
	var object map[string]interface{}
	if err := json.Unmarshal(bytes, &object); err != nil {
		return err
	}
	*(event.(*interface{})) = string(bytes)
	return nil
}

func main() {
	address := flag.String("address", "127.0.0.1:0", "address to listen on")
	certificate := flag.String("certificate", "", "certificate (PEM); without it there is no TLS")
	key := flag.String("key", "", "private key (PEM)")
	delay := flag.Duration("delay", 0, "pause before each ACK")
	flag.Parse()

	listener, err := net.Listen("tcp", *address)
	if err != nil {
		panic(err)
	}
	if *certificate != "" {
		pair, err := tls.LoadX509KeyPair(*certificate, *key)
		if err != nil {
			panic(err)
		}
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair}})
	}
	lumber, err := server.NewWithListener(listener, server.V1(true), server.V2(true), server.JSONDecoder(decode))
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().String())
	out := bufio.NewWriter(os.Stdout)
	for batch := range lumber.ReceiveChan() {
		for _, event := range batch.Events {
			_, _ = fmt.Fprintln(out, event)
		}
		_ = out.Flush()
		time.Sleep(*delay)
		batch.ACK()
	}
}
