package main

import (
	"strings"
	"testing"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const (
	studentIP    = "10.244.0.2"
	aggregatorIP = "10.244.0.3"
	foreignIP    = "10.244.0.4"
)

func pod(uid, namespace, address, app string) *core.Pod {
	return &core.Pod{
		ObjectMeta: meta.ObjectMeta{UID: types.UID(uid), Namespace: namespace, Name: app, Labels: map[string]string{"app": app}},
		Spec: core.PodSpec{NodeName: "node", Containers: []core.Container{{
			Ports: []core.ContainerPort{{Name: "grpc", ContainerPort: 9001, Protocol: core.ProtocolTCP}},
		}}},
		Status: core.PodStatus{Phase: core.PodRunning, PodIP: address},
	}
}

func namespace(name string) *core.Namespace {
	return &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: name, Labels: map[string]string{"name": name}}}
}

func labelled(key, value string) *meta.LabelSelector {
	return &meta.LabelSelector{MatchLabels: map[string]string{key: value}}
}

// state is a student and its aggregator in one namespace, a pod that says it is an aggregator in another, and one policy
// on the student.
func state(spec networking.NetworkPolicySpec) State {
	spec.PodSelector = *labelled("app", "student")
	return State{
		Pods: []*core.Pod{
			pod("1", "ours", studentIP, "student"), pod("2", "ours", aggregatorIP, "aggregator"), pod("3", "foreign", foreignIP, "aggregator"),
		},
		Namespaces: []*core.Namespace{namespace("ours"), namespace("foreign")},
		Policies:   []*networking.NetworkPolicy{{ObjectMeta: meta.ObjectMeta{UID: "p", Namespace: "ours"}, Spec: spec}},
	}
}

func from(peers []networking.NetworkPolicyPeer, ports ...networking.NetworkPolicyPort) networking.NetworkPolicySpec {
	return networking.NetworkPolicySpec{
		PolicyTypes: []networking.PolicyType{networking.PolicyTypeIngress},
		Ingress:     []networking.NetworkPolicyIngressRule{{From: peers, Ports: ports}},
	}
}

func to(peers []networking.NetworkPolicyPeer, ports ...networking.NetworkPolicyPort) networking.NetworkPolicySpec {
	return networking.NetworkPolicySpec{
		PolicyTypes: []networking.PolicyType{networking.PolicyTypeEgress},
		Egress:      []networking.NetworkPolicyEgressRule{{To: peers, Ports: ports}},
	}
}

func port(value intstr.IntOrString) networking.NetworkPolicyPort {
	return networking.NetworkPolicyPort{Port: &value}
}

// chain is the body of a chain of the rules.
func chain(t *testing.T, rules, name string) string {
	t.Helper()
	_, rest, found := strings.Cut(rules, "  chain "+name+" {\n")
	if !found {
		t.Fatalf("no chain %s in\n%s", name, rules)
	}
	body, _, _ := strings.Cut(rest, "  }\n")
	return body
}

func expectChain(t *testing.T, rules, name string, lines ...string) {
	t.Helper()
	want := ""
	for _, line := range lines {
		want += "    " + line + "\n"
	}
	if got := chain(t, rules, name); got != want {
		t.Errorf("chain %s is\n%swant\n%s", name, got, want)
	}
}

func TestWithoutPolicyNothingIsDropped(t *testing.T) {
	s := state(networking.NetworkPolicySpec{})
	s.Policies = nil
	if rules := Ruleset("node", s); strings.Contains(rules, "drop") || strings.Contains(rules, "vmap") {
		t.Errorf("rules without a policy:\n%s", rules)
	}
}

func TestPolicyWithoutRulesDropsAll(t *testing.T) {
	rules := Ruleset("node", state(networking.NetworkPolicySpec{
		PolicyTypes: []networking.PolicyType{networking.PolicyTypeIngress, networking.PolicyTypeEgress},
	}))
	expectChain(t, rules, "in0", "drop")
	expectChain(t, rules, "out0", "drop")
	expectChain(t, rules, "forward", "type filter hook forward priority -10; policy accept;", "ct state established,related accept",
		"ip saddr vmap { "+studentIP+" : jump out0 }", "ip daddr vmap { "+studentIP+" : jump in0 }")
	expectChain(t, rules, "input", "type filter hook input priority -10; policy accept;", "ct state established,related accept",
		"ip saddr vmap { "+studentIP+" : jump out0 }")
}

func TestPeers(t *testing.T) {
	aggregator := labelled("app", "aggregator")
	for name, c := range map[string]struct {
		peer networking.NetworkPolicyPeer
		want []string
	}{
		"pods of the policy's namespace": {networking.NetworkPolicyPeer{PodSelector: aggregator}, []string{"ip saddr " + aggregatorIP + " return"}},
		"pods of selected namespaces": {
			networking.NetworkPolicyPeer{PodSelector: aggregator, NamespaceSelector: labelled("name", "foreign")}, []string{"ip saddr " + foreignIP + " return"},
		},
		"every pod of every namespace": {
			networking.NetworkPolicyPeer{NamespaceSelector: &meta.LabelSelector{}},
			[]string{"ip saddr " + studentIP + " return", "ip saddr " + aggregatorIP + " return", "ip saddr " + foreignIP + " return"},
		},
		"no such pod": {networking.NetworkPolicyPeer{PodSelector: labelled("app", "other")}, nil},
		"addresses with exceptions": {
			networking.NetworkPolicyPeer{IPBlock: &networking.IPBlock{CIDR: "10.0.0.0/8", Except: []string{"10.1.0.0/16", "10.2.0.0/16"}}},
			[]string{"ip saddr 10.0.0.0/8 ip saddr != { 10.1.0.0/16, 10.2.0.0/16 } return"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			rules := Ruleset("node", state(from([]networking.NetworkPolicyPeer{c.peer})))
			expectChain(t, rules, "in0", append(c.want, "drop")...)
		})
	}
}

func TestRuleWithoutPeersAllowsAnyone(t *testing.T) {
	expectChain(t, Ruleset("node", state(from(nil))), "in0", "return", "drop")
}

func TestPorts(t *testing.T) {
	udp, last := core.ProtocolUDP, int32(9010)
	first := intstr.FromInt32(9001)
	for name, c := range map[string]struct {
		port networking.NetworkPolicyPort
		want []string
	}{
		"number":                  {port(first), []string{"tcp dport 9001 return"}},
		"range":                   {networking.NetworkPolicyPort{Port: &first, EndPort: &last}, []string{"tcp dport 9001-9010 return"}},
		"name":                    {port(intstr.FromString("grpc")), []string{"tcp dport 9001 return"}},
		"name that the pod lacks": {port(intstr.FromString("http")), nil},
		"name of another protocol": {
			networking.NetworkPolicyPort{Protocol: &udp, Port: &intstr.IntOrString{Type: intstr.String, StrVal: "grpc"}}, nil,
		},
		"protocol alone": {networking.NetworkPolicyPort{Protocol: &udp}, []string{"meta l4proto udp return"}},
	} {
		t.Run(name, func(t *testing.T) {
			expectChain(t, Ruleset("node", state(from(nil, c.port))), "in0", append(c.want, "drop")...)
		})
	}
}

func TestNamedPortOfEgressIsThePeers(t *testing.T) {
	s := state(to([]networking.NetworkPolicyPeer{{PodSelector: labelled("app", "aggregator")}}, port(intstr.FromString("grpc"))))
	s.Pods[1].Spec.Containers[0].Ports[0].ContainerPort = 8001
	expectChain(t, Ruleset("node", s), "out0", "ip daddr "+aggregatorIP+" tcp dport 8001 return", "drop")
}

func TestPolicyOfAnotherNamespaceSelectsNothing(t *testing.T) {
	s := state(from(nil))
	s.Policies[0].Namespace = "foreign"
	if rules := Ruleset("node", s); strings.Contains(rules, "drop") {
		t.Errorf("a policy of another namespace acts:\n%s", rules)
	}
}

func TestPodsWithoutAnAddressOfTheirOwnHaveNoRules(t *testing.T) {
	for name, change := range map[string]func(*core.Pod){
		"host network":   func(p *core.Pod) { p.Spec.HostNetwork = true },
		"no address yet": func(p *core.Pod) { p.Status.PodIP = "" },
		"ended":          func(p *core.Pod) { p.Status.Phase = core.PodSucceeded },
		"failed":         func(p *core.Pod) { p.Status.Phase = core.PodFailed },
		"another node":   func(p *core.Pod) { p.Spec.NodeName = "other" },
	} {
		t.Run(name, func(t *testing.T) {
			s := state(from(nil))
			change(s.Pods[0])
			if rules := Ruleset("node", s); strings.Contains(rules, "drop") {
				t.Errorf("rules:\n%s", rules)
			}
		})
	}
}

func TestOrderOfTheStateDoesNotMatter(t *testing.T) {
	s := state(from([]networking.NetworkPolicyPeer{{NamespaceSelector: &meta.LabelSelector{}}}))
	rules := Ruleset("node", s)
	s.Pods[0], s.Pods[2] = s.Pods[2], s.Pods[0]
	if other := Ruleset("node", s); other != rules {
		t.Errorf("rules differ:\n%s\n%s", rules, other)
	}
}
