// Why a scenario does not run on real sockets here.

/** A backend that cannot be had here, with what to do about it. */
export class BackendUnavailable extends Error {
  override readonly name: string = "BackendUnavailable";
}

/** The kernel has refused this process what a run over simulated links takes. */
export class NamespaceRefused extends BackendUnavailable {
  override readonly name = "NamespaceRefused";
}
