// Types of pcap-parser 0.2.1, as far as the guard in stream-classic.ts relies on it.

declare module "pcap-parser" {
  export interface PcapGlobalHeader {
    readonly magicNumber: number;
    readonly majorVersion: number;
    readonly minorVersion: number;
    readonly gmtOffset: number;
    readonly timestampAccuracy: number;
    readonly snapshotLength: number;
    readonly linkLayerType: number;
  }

  export interface PcapPacketHeader {
    readonly timestampSeconds: number;
    readonly timestampMicroseconds: number;
    readonly capturedLength: number;
    readonly originalLength: number;
  }

  export interface PcapParser {
    on(event: "globalHeader", listener: (header: PcapGlobalHeader) => void): this;
    on(event: "packetHeader", listener: (header: PcapPacketHeader) => void): this;
    on(event: "packetData", listener: (data: Buffer) => void): this;
    on(event: "end", listener: () => void): this;
    on(event: "error", listener: (error: Error) => void): this;
  }

  /** What `parse` needs of a stream. */
  export interface PcapSource {
    pause(): void;
    resume(): void;
    on(event: "data" | "error" | "end", listener: (value: Buffer) => void): unknown;
  }

  export interface PcapParserModule {
    parse(input: PcapSource): PcapParser;
  }

  const parser: PcapParserModule;
  // The package is CommonJS: this is what an import of it gives.
  export default parser;
}
