// DHCP's options (RFC 2132 and IANA's registry): Wireshark's names, to the letter (its `[TODO:...]` too, for they are printed), and the shape of
// those whose data is one plain thing.

/** `addresses` are any number of IPv4 addresses, `address` exactly one; `seconds` are 32 bits, `offset` signed ones. */
export type OptionShape =
  | "address"
  | "addresses"
  | "text"
  | "u8"
  | "u16"
  | "u16s"
  | "seconds"
  | "offset"
  | "flag";

export interface DhcpOption {
  readonly name: string;
  /** Null for options shown as bytes, and for those that dhcp-structured.ts reads. */
  readonly shape: OptionShape | null;
  readonly field: string;
  /** What a value's line begins with. */
  readonly value: string;
}

type Row = readonly [code: number, name: string, shape?: OptionShape, field?: string, value?: string];

const ROWS: readonly Row[] = [
  [0, "Padding"],
  [1, "Subnet Mask", "address", "subnet_mask"],
  [2, "Time Offset", "offset", "time_offset"],
  [3, "Router", "addresses", "router"],
  [4, "Time Server", "addresses", "time_server"],
  [5, "Name Server", "addresses", "name_server"],
  [6, "Domain Name Server", "addresses", "domain_name_server"],
  [7, "Log Server", "addresses", "log_server"],
  [8, "Quotes Server", "addresses", "quotes_server"],
  [9, "LPR Server", "addresses", "lpr_server"],
  [10, "Impress Server", "addresses", "impress_server"],
  [11, "Resource Location Server", "addresses", "resource_location_server"],
  [12, "Host Name", "text", "hostname"],
  [13, "Boot File Size", "u16", "boot_file_size"],
  [14, "Merit Dump File", "text", "merit_dump_file"],
  [15, "Domain Name", "text", "domain_name"],
  [16, "Swap Server", "address", "swap_server"],
  [17, "Root Path", "text", "root_path"],
  [18, "Extensions Path", "text", "extension_path"],
  [19, "IP Forwarding", "flag", "ip_forwarding"],
  [20, "Non-Local Source Routing", "flag", "non_local_source_routing"],
  [21, "Policy Filter"],
  [22, "Maximum Datagram Reassembly Size", "u16", "max_datagram_reassembly_size"],
  [23, "Default IP Time-to-Live", "u8", "default_ip_ttl"],
  [24, "Path MTU Aging Timeout", "seconds", "path_mtu_aging_timeout"],
  [25, "Path MTU Plateau Table", "u16s", "path_mtu_plateau_table_item", "Path MTU Plateau Table Item"],
  [26, "Interface MTU", "u16", "interface_mtu"],
  [27, "All Subnets are Local", "flag", "all_subnets_are_local"],
  [28, "Broadcast Address", "address", "broadcast_address"],
  [29, "Perform Mask Discovery", "flag", "perform_mask_discovery"],
  [30, "Mask Supplier", "flag", "mask_supplier"],
  [31, "Perform Router Discover", "flag", "perform_router_discover"],
  [32, "Router Solicitation Address", "address", "router_solicitation_address"],
  [33, "Static Route"],
  [34, "Trailer Encapsulation", "flag", "trailer_encapsulation"],
  [35, "ARP Cache Timeout", "seconds", "arp_cache_timeout"],
  [36, "Ethernet Encapsulation", "flag", "ethernet_encapsulation"],
  [37, "TCP Default TTL", "u8", "tcp_default_ttl"],
  [38, "TCP Keepalive Interval", "seconds", "tcp_keepalive_interval"],
  [39, "TCP Keepalive Garbage", "flag", "tcp_keepalive_garbage"],
  [40, "Network Information Service Domain", "text", "nis_domain"],
  [
    41,
    "Network Information Service Servers",
    "addresses",
    "nis_server",
    "Network Information Service Server",
  ],
  [42, "Network Time Protocol Servers", "addresses", "ntp_server", "Network Time Protocol Server"],
  [43, "Vendor-Specific Information"],
  [44, "NetBIOS over TCP/IP Name Server", "addresses", "netbios_over_tcpip_name_server"],
  [
    45,
    "NetBIOS over TCP/IP Datagram Distribution Name Server",
    "addresses",
    "netbios_over_tcpip_dd_name_server",
  ],
  [46, "NetBIOS over TCP/IP Node Type", "u8", "netbios_over_tcpip_node_type"],
  [47, "NetBIOS over TCP/IP Scope", "text", "netbios_over_tcpip_scope"],
  [48, "X Window System Font Server", "addresses", "xwindows_system_font_server"],
  [49, "X Window System Display Manager", "addresses", "xwindows_system_display_manager"],
  [50, "Requested IP Address", "address", "requested_ip_address"],
  [51, "IP Address Lease Time", "seconds", "ip_address_lease_time"],
  [52, "Option Overload", "u8", "option_overload"],
  [53, "DHCP Message Type", "u8", "dhcp", "DHCP"],
  [54, "DHCP Server Identifier", "address", "dhcp_server_id"],
  [55, "Parameter Request List"],
  [56, "Message", "text", "message"],
  [57, "Maximum DHCP Message Size", "u16", "dhcp_max_message_size"],
  [58, "Renewal Time Value", "seconds", "renewal_time_value"],
  [59, "Rebinding Time Value", "seconds", "rebinding_time_value"],
  [60, "Vendor class identifier", "text", "vendor_class_id"],
  [61, "Client identifier"],
  [62, "Novell/Netware IP domain"],
  [63, "Novell Options"],
  [64, "Network Information Service+ Domain", "text", "nis_plus_domain"],
  [
    65,
    "Network Information Service+ Servers",
    "addresses",
    "nis_plus_server",
    "Network Information Service+ Server",
  ],
  [66, "TFTP Server Name", "text", "tftp_server_name"],
  [67, "Bootfile name", "text", "bootfile_name"],
  [68, "Mobile IP Home Agent", "addresses", "mobile_ip_home_agent"],
  [69, "SMTP Server", "addresses", "smtp_server"],
  [70, "POP3 Server", "addresses", "pop3_server"],
  [71, "NNTP Server", "addresses", "nntp_server"],
  [72, "Default WWW Server", "addresses", "default_www_server"],
  [73, "Default Finger Server", "addresses", "default_finger_server"],
  [74, "Default IRC Server", "addresses", "default_irc_server"],
  [75, "StreetTalk Server", "addresses", "streettalk_server"],
  [76, "StreetTalk Directory Assistance Server", "addresses", "streettalk_da_server"],
  [77, "User Class Information"],
  [78, "Directory Agent Information"],
  [79, "Service Location Agent Scope"],
  [80, "Rapid commit"],
  [81, "Client Fully Qualified Domain Name"],
  [82, "Agent Information Option"],
  [83, "iSNS"],
  [85, "Novell Directory Services Servers"],
  [86, "Novell Directory Services Tree Name"],
  [87, "Novell Directory Services Context"],
  [88, "BCMCS Controller Domain Name [TODO:RFC4280]"],
  [89, "BCMCS Controller IPv4 address [TODO:RFC4280]"],
  [90, "Authentication"],
  [91, "Client last transaction time", "seconds", "client_last_transaction_time"],
  [92, "Associated IP option", "addresses", "associated_ip_option"],
  [93, "Client System Architecture", "u16s", "client_system_architecture"],
  [94, "Client Network Device Interface"],
  [95, "LDAP [TODO:RFC3679]"],
  [97, "UUID/GUID-based Client Identifier"],
  [98, "Open Group's User Authentication [TODO:RFC2485]"],
  [99, "Civic Addresses Configuration"],
  [100, "PCode", "text", "tz_pcode", "TZ PCode"],
  [101, "TCode", "text", "tz_tcode", "TZ TCode"],
  [108, "IPv6-Only Preferred"],
  [112, "NetInfo Parent Server Address"],
  [113, "NetInfo Parent Server Tag"],
  [114, "DHCP Captive-Portal", "text", "captive_portal", "Captive Portal"],
  [116, "DHCP Auto-Configuration"],
  [117, "Name Service Search"],
  [118, "Subnet Selection Option", "address", "subnet_selection_option"],
  [119, "Domain Search"],
  [120, "SIP Servers"],
  [121, "Classless Static Route"],
  [122, "CableLabs Client Configuration [TODO:RFC3495]"],
  [123, "Coordinate-based Location Configuration"],
  [124, "V-I Vendor Class"],
  [125, "V-I Vendor-specific Information"],
  [138, "CAPWAP Access Controllers"],
  [141, "SIP UA Configuration Domains"],
  [145, "Forcerenew Nonce Capable"],
  [146, "RDNSS Selection"],
  [150, "TFTP Server Address", "addresses", "tftp_server_address"],
  [151, "Leasequery Status code"],
  [152, "Leasequery Base Time"],
  [153, "Leasequery Start Time of State"],
  [154, "Leasequery Query Start Time"],
  [155, "Leasequery Query End Time"],
  [156, "Leasequery Dhcp State"],
  [157, "Leasequery Data Source"],
  [158, "PCP Server"],
  [159, "Portparams"],
  [161, "Manufacturer Usage Description"],
  [175, "Etherboot"],
  [176, "IP Telephone"],
  [177, "Etherboot"],
  [208, "PXELINUX Magic"],
  [209, "PXE Configuration file"],
  [210, "PXE Path Prefix"],
  [211, "Reboot Time"],
  [212, "6RD"],
  [213, "V4 Access Domain"],
  [220, "Subnet Allocation"],
  [221, "Virtual Subnet Selection"],
  [242, "Private/Avaya IP Telephone"],
  [249, "Private/Classless Static Route (Microsoft)"],
  [252, "Private/Proxy autodiscovery", "text", "private_proxy_autodiscovery"],
  [255, "End"],
];

const OPTIONS = new Map<number, DhcpOption>(
  ROWS.map(([code, name, shape = null, field = "value", value = name]) => [
    code,
    { name, shape, field: `dhcp.option.${field}`, value },
  ]),
);

/** Numbers from here on are for a site's own use (RFC 3942). */
const PRIVATE_FROM = 224;

/** What is known of option `code`. */
export function dhcpOption(code: number): DhcpOption {
  const known = OPTIONS.get(code);
  if (known !== undefined) return known;
  const name = code >= PRIVATE_FROM ? "Private" : "Unassigned";
  return { name, shape: null, field: "dhcp.option.value", value: "Value" };
}

/** Names of the values of options that count something. */
export const OPTION_VALUES: ReadonlyMap<string, ReadonlyMap<number, string>> = new Map([
  [
    "dhcp.option.dhcp",
    new Map([
      [1, "Discover"],
      [2, "Offer"],
      [3, "Request"],
      [4, "Decline"],
      [5, "ACK"],
      [6, "NAK"],
      [7, "Release"],
      [8, "Inform"],
      [9, "Force Renew"],
      [10, "Lease query"],
      [11, "Lease Unassigned"],
      [12, "Lease Unknown"],
      [13, "Lease Active"],
      [14, "Bulk Lease Query"],
      [15, "Lease Query Done"],
      [16, "Active LeaseQuery"],
      [17, "Lease Query Status"],
      [18, "TLS"],
    ]),
  ],
  [
    "dhcp.option.netbios_over_tcpip_node_type",
    new Map([
      [1, "B-node"],
      [2, "P-node"],
      [4, "M-node"],
      [8, "H-node"],
    ]),
  ],
  [
    "dhcp.option.option_overload",
    new Map([
      [1, "Boot file name holds options"],
      [2, "Server host name holds options"],
      [3, "Boot file and server host names hold options"],
    ]),
  ],
  [
    "dhcp.option.client_system_architecture",
    new Map([
      [0, "IA x86 PC"],
      [1, "NEC/PC98"],
      [2, "IA64 PC"],
      [3, "DEC Alpha"],
      [4, "ArcX86"],
      [5, "Intel Lean Client"],
      [6, "EFI IA32"],
      [7, "EFI x64"],
      [8, "EFI Xscale"],
      [9, "EFI BC"],
      [10, "ARM 32-bit UEFI"],
      [11, "ARM 64-bit UEFI"],
      [12, "PowerPC Open Firmware"],
      [13, "PowerPC ePAPR"],
      [14, "POWER OPAL v3"],
      [15, "x86 UEFI HTTP"],
      [16, "x64 UEFI HTTP"],
      [17, "EBC UEFI HTTP"],
      [18, "ARM 32-bit UEFI HTTP"],
      [19, "ARM 64-bit UEFI HTTP"],
    ]),
  ],
]);
