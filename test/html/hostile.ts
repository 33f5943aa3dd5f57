// A lesson whose names, words and bytes try to be more than that once they are in a page.

import type { Scenario } from "../../src/scenario/scenario.ts";

const TEXT = `</script><script>document.title="taken"</script><img src=x onerror="document.title='taken'">\u202etxt.exe\u0000`;

export const hostile: Scenario = {
  name: "hostile",
  title: TEXT,
  lesson: TEXT,
  topology: { hosts: { client: {}, server: {} }, links: [{ between: ["client", "server"], delayMs: 1 }] },
  programs: {
    async server(host) {
      const socket = host.socket("inet", "dgram");
      await socket.bind({ port: 7000 });
      await socket.recvFrom();
      host.log(TEXT);
    },
    async client(host) {
      await host.socket("inet", "dgram").sendTo(TEXT, { host: "server", port: 7000 });
    },
  },
  expect: () => [{ text: TEXT, holds: true }],
};
