// Command netpol enforces NetworkPolicy on a node whose pods hang on a Linux bridge: it keeps one nftables table with
// the rules of every policy, replaced as a whole on any change. For tests: one node, IPv4.
// Needs bridge-nf-call-iptables=1, so that frames between two pods of the bridge pass the forward hook.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	netlisters "k8s.io/client-go/listers/networking/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	settle     = 50 * time.Millisecond // changes within this are applied as one
	nftTimeout = 10 * time.Second
	retryAfter = time.Second
)

// watcher sees pods, namespaces and policies, and is told of any change.
type watcher struct {
	pods       corelisters.PodLister
	namespaces corelisters.NamespaceLister
	policies   netlisters.NetworkPolicyLister
	changed    chan struct{} // holds one: a change that is not applied yet
}

func main() {
	kubeconfig := flag.String("kubeconfig", os.Getenv("KUBECONFIG"), "the kubeconfig")
	node := flag.String("node", "", "the node whose pods are guarded; empty for all")
	flag.Parse()
	w, err := watch(context.Background(), *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	w.poke()
	w.enforce(*node)
}

// watch starts the informers and waits until they know the cluster.
func watch(ctx context.Context, kubeconfig string) (*watcher, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	pods, namespaces, policies := factory.Core().V1().Pods(), factory.Core().V1().Namespaces(), factory.Networking().V1().NetworkPolicies()
	w := &watcher{pods.Lister(), namespaces.Lister(), policies.Lister(), make(chan struct{}, 1)}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { w.poke() },
		UpdateFunc: func(any, any) { w.poke() },
		DeleteFunc: func(any) { w.poke() },
	}
	for _, informer := range []cache.SharedIndexInformer{pods.Informer(), namespaces.Informer(), policies.Informer()} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return nil, err
		}
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	return w, nil
}

// poke notes that something has changed.
func (w *watcher) poke() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// enforce applies the rules after each change that alters them; it does not return.
func (w *watcher) enforce(node string) {
	applied := ""
	for range w.changed {
		time.Sleep(settle)
		state, err := w.state()
		if err != nil {
			log.Fatal(err) // listers read memory: this is a bug
		}
		rules := Ruleset(node, state)
		if rules == applied {
			continue
		}
		if err := apply(rules); err != nil {
			log.Printf("%v\n%s", err, rules)
			time.AfterFunc(retryAfter, w.poke)
			continue
		}
		applied = rules
	}
}

func (w *watcher) state() (State, error) {
	pods, err := w.pods.List(labels.Everything())
	if err != nil {
		return State{}, err
	}
	namespaces, err := w.namespaces.List(labels.Everything())
	if err != nil {
		return State{}, err
	}
	policies, err := w.policies.List(labels.Everything())
	return State{pods, namespaces, policies}, err
}

// apply replaces the table in one transaction.
func apply(rules string) error {
	ctx, cancel := context.WithTimeout(context.Background(), nftTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, "nft", "-f", "-")
	command.Stdin = strings.NewReader(rules)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, out)
	}
	return nil
}
