package main

import (
	"fmt"
	"sort"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// State is what the rules follow from.
type State struct {
	Pods       []*core.Pod
	Namespaces []*core.Namespace
	Policies   []*networking.NetworkPolicy
}

// side is the field of a packet that holds a peer's address.
type side string

const (
	source      side = "saddr"
	destination side = "daddr"
)

// Ruleset is the nftables table for the pods of a node, or of all nodes when node is empty. The same state always gives
// the same text.
//
// A packet that a rule allows returns to the hook's chain: it must pass its sender's egress and its receiver's ingress.
// The node's own packets (probes) pass no forward hook, as NetworkPolicy wants it.
func Ruleset(node string, state State) string {
	world := index(state)
	var chains strings.Builder
	var ingress, egress []string
	for n, pod := range world.pods {
		if node != "" && pod.Spec.NodeName != node {
			continue
		}
		guard := world.guard(pod)
		if guard.ingress {
			writeChain(&chains, fmt.Sprintf("in%d", n), guard.accepted)
			ingress = append(ingress, fmt.Sprintf("%s : jump in%d", pod.Status.PodIP, n))
		}
		if guard.egress {
			writeChain(&chains, fmt.Sprintf("out%d", n), guard.sent)
			egress = append(egress, fmt.Sprintf("%s : jump out%d", pod.Status.PodIP, n))
		}
	}
	return "add table ip cohort-netpol\ndelete table ip cohort-netpol\ntable ip cohort-netpol {\n" + chains.String() +
		hook("forward", jumps(source, egress), jumps(destination, ingress)) +
		hook("input", jumps(source, egress)) + "}\n"
}

func writeChain(out *strings.Builder, name string, rules []string) {
	fmt.Fprintf(out, "  chain %s {\n%s    drop\n  }\n", name, strings.Join(rules, ""))
}

func hook(name string, jumps ...string) string {
	return fmt.Sprintf("  chain %s {\n    type filter hook %s priority -10; policy accept;\n    ct state established,related accept\n%s  }\n",
		name, name, strings.Join(jumps, ""))
}

// jumps sends the packets of each guarded pod to the pod's chain.
func jumps(of side, verdicts []string) string {
	if len(verdicts) == 0 {
		return ""
	}
	return fmt.Sprintf("    ip %s vmap { %s }\n", of, strings.Join(verdicts, ", "))
}

// world is the state in a fixed order, without pods that have no address of their own.
type world struct {
	pods            []*core.Pod
	policies        []*networking.NetworkPolicy
	namespaceLabels map[string]labels.Set
}

func index(state State) world {
	w := world{namespaceLabels: map[string]labels.Set{}}
	for _, pod := range state.Pods {
		if isLive(pod) {
			w.pods = append(w.pods, pod)
		}
	}
	w.policies = append(w.policies, state.Policies...)
	sort.Slice(w.pods, func(i, j int) bool { return w.pods[i].UID < w.pods[j].UID })
	sort.Slice(w.policies, func(i, j int) bool { return w.policies[i].UID < w.policies[j].UID })
	for _, namespace := range state.Namespaces {
		w.namespaceLabels[namespace.Name] = namespace.Labels
	}
	return w
}

// isLive says whether the pod has an address that no other pod has.
func isLive(pod *core.Pod) bool {
	return pod.Status.PodIP != "" && !pod.Spec.HostNetwork && pod.Status.Phase != core.PodSucceeded && pod.Status.Phase != core.PodFailed
}

// guard is what the policies that select a pod say of it.
type guard struct {
	ingress, egress bool     // whether any policy restricts that direction
	accepted, sent  []string // nft rules of what is allowed all the same
}

func (w world) guard(pod *core.Pod) guard {
	var g guard
	for _, policy := range w.policies {
		if policy.Namespace != pod.Namespace || !selects(&policy.Spec.PodSelector, pod.Labels) {
			continue
		}
		for _, kind := range policy.Spec.PolicyTypes {
			g.ingress = g.ingress || kind == networking.PolicyTypeIngress
			g.egress = g.egress || kind == networking.PolicyTypeEgress
		}
		for _, rule := range policy.Spec.Ingress {
			g.accepted = append(g.accepted, w.allow(source, policy.Namespace, rule.From, rule.Ports, pod)...)
		}
		for _, rule := range policy.Spec.Egress {
			g.sent = append(g.sent, w.allow(destination, policy.Namespace, rule.To, rule.Ports, nil)...)
		}
	}
	return g
}

// allow gives the nft rules of one rule of a policy. target is the pod whose named ports count, or nil when they are
// each peer's own.
func (w world) allow(of side, namespace string, peers []networking.NetworkPolicyPeer, ports []networking.NetworkPolicyPort, target *core.Pod) []string {
	if len(peers) == 0 {
		return returns("", ports, target)
	}
	var rules []string
	for _, peer := range peers {
		if peer.IPBlock != nil {
			rules = append(rules, returns(blockMatch(of, peer.IPBlock), ports, target)...)
			continue
		}
		for _, pod := range w.pods {
			if !w.isPeer(pod, namespace, peer) {
				continue
			}
			named := target
			if named == nil {
				named = pod
			}
			rules = append(rules, returns(fmt.Sprintf("ip %s %s ", of, pod.Status.PodIP), ports, named)...)
		}
	}
	return rules
}

func blockMatch(of side, block *networking.IPBlock) string {
	match := fmt.Sprintf("ip %s %s ", of, block.CIDR)
	if len(block.Except) > 0 {
		match += fmt.Sprintf("ip %s != { %s } ", of, strings.Join(block.Except, ", "))
	}
	return match
}

func (w world) isPeer(pod *core.Pod, namespace string, peer networking.NetworkPolicyPeer) bool {
	if peer.NamespaceSelector == nil && pod.Namespace != namespace {
		return false
	}
	if peer.NamespaceSelector != nil {
		of, known := w.namespaceLabels[pod.Namespace]
		if !known || !selects(peer.NamespaceSelector, of) {
			return false
		}
	}
	return peer.PodSelector == nil || selects(peer.PodSelector, pod.Labels)
}

// returns gives one rule for each port, or one for any port when there is none.
func returns(match string, ports []networking.NetworkPolicyPort, named *core.Pod) []string {
	if len(ports) == 0 {
		return []string{"    " + match + "return\n"}
	}
	var rules []string
	for _, port := range ports {
		for _, condition := range portMatches(port, named) {
			rules = append(rules, "    "+match+condition+" return\n")
		}
	}
	return rules
}

func portMatches(port networking.NetworkPolicyPort, named *core.Pod) []string {
	protocol := "tcp"
	if port.Protocol != nil {
		protocol = strings.ToLower(string(*port.Protocol))
	}
	switch {
	case port.Port == nil:
		return []string{"meta l4proto " + protocol}
	case port.Port.Type == intstr.Int && port.EndPort != nil:
		return []string{fmt.Sprintf("%s dport %d-%d", protocol, port.Port.IntVal, *port.EndPort)}
	case port.Port.Type == intstr.Int:
		return []string{fmt.Sprintf("%s dport %d", protocol, port.Port.IntVal)}
	case named == nil:
		return nil
	}
	var matches []string
	for _, container := range named.Spec.Containers {
		for _, p := range container.Ports {
			if p.Name == port.Port.StrVal && strings.EqualFold(string(p.Protocol), protocol) {
				matches = append(matches, fmt.Sprintf("%s dport %d", protocol, p.ContainerPort))
			}
		}
	}
	return matches
}

func selects(selector *meta.LabelSelector, of labels.Set) bool {
	s, err := meta.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(of)
}
