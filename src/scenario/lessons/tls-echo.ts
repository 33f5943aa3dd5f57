import { constants } from "node:crypto";
import { once } from "node:events";
import { TLSSocket, connect, createSecureContext } from "node:tls";
import type { SecureContextOptions } from "node:tls";
import type { Host } from "../../socket/api.ts";
import { isBytes, textOf } from "../../trace/values.ts";
import type { Scenario } from "../scenario.ts";
import { selfSigned } from "./certificate.ts";
import type { Certificate } from "./certificate.ts";
import { claim, clientAndServer, connectTo, everyoneFinished, listenAt, logged } from "./shared.ts";
import { duplexOf } from "./socket-duplex.ts";

const PORT = 8443;
const WORDS = "nobody on the way reads this";
const KEY_BYTES = 32;

/** Every key is made of a fixed seed, so that runs look alike. A real one is drawn at random and kept secret. */
const genuine = (): Certificate => selfSigned("server", new Uint8Array(KEY_BYTES).fill(1));
const forged = (): Certificate => selfSigned("server", new Uint8Array(KEY_BYTES).fill(2));

/**
 * One version, one cipher, one curve: what is negotiated does not depend on the Node it runs on. Nor do sizes on chance: a ticket that holds the
 * session has a random number in it, whose length differs now and then.
 */
const COMMON: SecureContextOptions = {
  minVersion: "TLSv1.3",
  ciphers: "TLS_AES_128_GCM_SHA256",
  ecdhCurve: "X25519",
  sigalgs: "ed25519",
  secureOptions: constants.SSL_OP_NO_TICKET,
};

async function ask(host: Host): Promise<void> {
  const socket = await connectTo(host, "server", PORT);
  const secure = connect({
    socket: duplexOf(host, socket),
    servername: "server",
    ca: genuine().cert,
    ...COMMON,
  });
  try {
    await once(secure, "secureConnect");
    host.log(`the certificate is ${String(secure.getPeerCertificate().subject.CN)}'s, and it is trusted`);
    secure.write(WORDS);
    const [echo] = (await once(secure, "data")) as [Buffer];
    host.log(`echo: ${echo.toString()}`);
    secure.end();
    await once(secure, "close");
  } catch (error) {
    host.log(`refused: ${(error as NodeJS.ErrnoException).code}`);
  }
}

export const tlsEcho: Scenario = {
  name: "tls-echo",
  title: "TLS over any socket, and a certificate that is refused",
  lesson:
    "TLS is a protocol over a stream like any other: node:tls is given our socket as a Duplex and does the rest. After a round trip of hellos both sides have keys, " +
    "and what crosses the wire from then on are records that only they can read. What makes it safe is the certificate: on the second connection the same name is shown with another key, and the client, " +
    "which trusts one certificate only, hangs up before it has sent a word. A client that switches the check off (rejectUnauthorized: false) " +
    "talks in secret to whoever answers.",
  topology: clientAndServer(),
  unseeded:
    "TLS draws its keys from the operating system, so what the records hold differs from run to run; their number, lengths and times do not",
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT);
      for (const certificate of [genuine(), forged()]) {
        const peer = await listener.accept();
        const secureContext = createSecureContext({ ...certificate, ...COMMON });
        const secure = new TLSSocket(duplexOf(host, peer), { isServer: true, secureContext });
        try {
          for await (const data of secure) secure.write(data as Buffer);
          secure.end();
        } catch (error) {
          host.log(`the client hung up: ${(error as NodeJS.ErrnoException).code}`);
        }
      }
      listener.close();
    },
    async client(host) {
      await ask(host);
      await ask(host);
    },
  },
  expect: (observation) => {
    const sent = observation.transcript.flatMap(({ args: [data] }) =>
      isBytes(data) ? [textOf(data) ?? ""] : [],
    );
    return [
      claim(
        "the certificate the client trusts is accepted",
        logged(observation, "client", "the certificate is server's, and it is trusted"),
      ),
      claim("the words come back", logged(observation, "client", `echo: ${WORDS}`)),
      claim(
        "and were never on the wire as they are",
        sent.every((text) => !text.includes(WORDS)),
      ),
      claim(
        "the same name with another key is refused",
        logged(observation, "client", "refused: DEPTH_ZERO_SELF_SIGNED_CERT"),
      ),
      everyoneFinished(observation),
    ];
  },
};
