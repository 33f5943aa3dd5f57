// The work that the simulator is measured with, given to ns-3: prints the packets its devices sent, and the seconds of processor time.

#include <cstdio>
#include <ctime>
#include <string>

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

using namespace ns3;

static uint64_t packets = 0;

static void Sent(Ptr<const Packet>) { packets++; }

int main(int argc, char* argv[]) {
  bool udp = false;
  double loss = 0;
  uint64_t bytes = 100000000;
  std::string rate = "100Mbps", delay = "20ms", pcap;
  CommandLine line;
  line.AddValue("udp", "a flood of datagrams of 1,000 bytes instead of a TCP transfer", udp);
  line.AddValue("loss", "share of data packets lost", loss);
  line.AddValue("bytes", "bytes sent one way", bytes);
  line.AddValue("rate", "of the link", rate);
  line.AddValue("delay", "each way", delay);
  line.AddValue("pcap", "prefix of the capture files to write", pcap);
  line.Parse(argc, argv);

  // As Linux has them: the largest segment over Ethernet with timestamps, and windows that grow to 6 MiB.
  Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1448));
  Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(6291456));
  Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(6291456));

  NodeContainer nodes;
  nodes.Create(2);
  PointToPointHelper link;
  link.SetDeviceAttribute("DataRate", StringValue(rate));
  link.SetChannelAttribute("Delay", StringValue(delay));
  link.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("1000p"));
  NetDeviceContainer devices = link.Install(nodes);
  if (loss > 0) {
    Ptr<RateErrorModel> errors = CreateObject<RateErrorModel>();
    errors->SetAttribute("ErrorRate", DoubleValue(loss));
    errors->SetAttribute("ErrorUnit", StringValue("ERROR_UNIT_PACKET"));
    devices.Get(1)->SetAttribute("ReceiveErrorModel", PointerValue(errors));
  }
  for (uint32_t i = 0; i < 2; i++) devices.Get(i)->TraceConnectWithoutContext("MacTx", MakeCallback(&Sent));
  if (!pcap.empty()) link.EnablePcapAll(pcap);

  InternetStackHelper().Install(nodes);
  Ipv4AddressHelper addresses;
  addresses.SetBase("10.0.0.0", "255.255.255.0");
  Ipv4InterfaceContainer interfaces = addresses.Assign(devices);
  InetSocketAddress server(interfaces.GetAddress(1), 80);
  std::string type = udp ? "ns3::UdpSocketFactory" : "ns3::TcpSocketFactory";
  ApplicationContainer sinks = PacketSinkHelper(type, InetSocketAddress(Ipv4Address::GetAny(), 80)).Install(nodes.Get(1));
  ApplicationContainer sources;
  if (udp) {
    OnOffHelper source(type, server);
    source.SetConstantRate(DataRate(rate), 1000);
    source.SetAttribute("MaxBytes", UintegerValue(bytes));
    sources = source.Install(nodes.Get(0));
  } else {
    BulkSendHelper source(type, server);
    source.SetAttribute("MaxBytes", UintegerValue(bytes));
    source.SetAttribute("SendSize", UintegerValue(65536));
    sources = source.Install(nodes.Get(0));
  }
  sinks.Start(Seconds(0));
  sources.Start(Seconds(0));

  clock_t before = clock();
  Simulator::Stop(Seconds(3600));
  Simulator::Run();
  double seconds = double(clock() - before) / CLOCKS_PER_SEC;
  uint64_t received = DynamicCast<PacketSink>(sinks.Get(0))->GetTotalRx();
  printf("%llu %.6f %llu\n", (unsigned long long)packets, seconds, (unsigned long long)received);
  return 0;
}
