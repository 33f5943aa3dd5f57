// A socket as a Node stream, for libraries that want one: node:tls here.

import { Duplex } from "node:stream";
import type { Host, Socket } from "../../socket/api.ts";

/** Turns of Node's event loop after which a stream has passed on what it was given: TLS takes a turn for a write's end. */
const TURNS = 8;

/** `socket`, connected, as a Duplex. Its end is `shutdown("write")`; destroyed, it hears the peer out and closes. */
export function duplexOf(host: Host, socket: Socket): Duplex {
  let reading: Promise<void> = Promise.resolve();
  let shut = false;
  // Whoever reads the stream does so in callbacks of their own: the run's time waits until they are done.
  const settle = (): void => void host.outside(turns());
  const hangUp = (): void => {
    if (!shut) socket.shutdown("write");
    shut = true;
  };
  const receive = async (duplex: Duplex): Promise<void> => {
    try {
      const data = await socket.recv();
      duplex.push(data.length === 0 ? null : data);
    } catch (error) {
      duplex.destroy(error as Error);
    }
    settle();
  };
  const send = async (bytes: Uint8Array, done: (error?: Error) => void): Promise<void> => {
    try {
      await socket.sendAll(bytes);
      done();
    } catch (error) {
      done(error as Error);
    }
    settle();
  };
  const hearOut = async (done: (error: null) => void): Promise<void> => {
    await reading;
    socket.close();
    done(null);
    settle();
  };
  settle();
  return new Duplex({
    read() {
      reading = receive(this);
    },
    write(chunk: Uint8Array, _encoding, done) {
      void send(chunk, done);
    },
    final(done) {
      hangUp();
      done();
    },
    destroy(_error, done) {
      hangUp();
      void hearOut(done);
    },
  });
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
