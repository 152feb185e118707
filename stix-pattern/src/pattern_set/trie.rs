//! Networks in a tree by their bits, to find all that contain an address (STIX 2.1, section 9.6.1, `ISSUBSET`).

use ipnet::IpNet;

/// Networks with the patterns that name them, IPv4 and IPv6 apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct NetworkTrie {
    v4: Trie,
    v6: Trie,
}

/// A binary tree with chains of single children compressed. Node 0 is the root and stands for all addresses.
#[derive(Clone, Debug)]
struct Trie {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// The bits of the network, first bit highest, the rest zero.
    bits: u128,
    length: u32,
    children: [Option<usize>; 2],
    patterns: Vec<u32>,
}

impl Default for Trie {
    fn default() -> Self {
        Self { nodes: vec![Node::default()] }
    }
}

impl NetworkTrie {
    pub(crate) fn insert(&mut self, network: &IpNet, pattern: u32) {
        let (bits, length) = bits(network);
        self.family_mut(network).insert(bits, length, pattern);
    }

    /// Reports the patterns of all networks that contain this one.
    pub(crate) fn containing(&self, network: &IpNet, report: impl FnMut(u32)) {
        let (bits, length) = bits(network);
        let family = if matches!(network, IpNet::V4(_)) { &self.v4 } else { &self.v6 };
        family.containing(bits, length, report);
    }

    fn family_mut(&mut self, network: &IpNet) -> &mut Trie {
        if matches!(network, IpNet::V4(_)) { &mut self.v4 } else { &mut self.v6 }
    }
}

impl Trie {
    fn insert(&mut self, bits: u128, length: u32, pattern: u32) {
        let mut at = 0;
        while let Some(node) = self.nodes.get_mut(at) {
            if node.length == length {
                node.patterns.push(pattern);
                return;
            }
            let side = bit(bits, node.length);
            at = match child(node, side).and_then(|child| Some((child, self.nodes.get(child)?))) {
                Some((child, below)) => {
                    let common = (bits ^ below.bits).leading_zeros().min(length).min(below.length);
                    if common == below.length { child } else { self.split(at, side, child, common) }
                }
                None => self.link(at, side, Node { bits, length, ..Node::default() }),
            };
        }
    }

    /// Puts a node of `length` bits between a node and its child.
    fn split(&mut self, parent: usize, side: bool, child: usize, length: u32) -> usize {
        let below = self.nodes.get(child).map_or(0, |node| node.bits);
        let mut node = Node { bits: below & mask(length), length, ..Node::default() };
        set_child(&mut node, bit(below, length), child);
        self.link(parent, side, node)
    }

    fn link(&mut self, parent: usize, side: bool, node: Node) -> usize {
        self.nodes.push(node);
        let index = self.nodes.len() - 1;
        self.nodes.get_mut(parent).into_iter().for_each(|parent| set_child(parent, side, index));
        index
    }

    fn containing(&self, bits: u128, length: u32, mut report: impl FnMut(u32)) {
        let mut next = Some(0);
        while let Some(node) = next.and_then(|index| self.nodes.get(index)) {
            if node.length > length || (bits ^ node.bits) & mask(node.length) != 0 {
                return;
            }
            node.patterns.iter().for_each(|pattern| report(*pattern));
            next = child(node, bit(bits, node.length));
        }
    }
}

fn child(node: &Node, side: bool) -> Option<usize> {
    let [zero, one] = node.children;
    if side { one } else { zero }
}

fn set_child(node: &mut Node, side: bool, index: usize) {
    let [zero, one] = &mut node.children;
    *(if side { one } else { zero }) = Some(index);
}

/// The bit behind the first `length`.
fn bit(bits: u128, length: u32) -> bool {
    bits.checked_shl(length).is_some_and(|rest| rest >> 127 == 1)
}

fn mask(length: u32) -> u128 {
    u128::MAX.checked_shl(128 - length).unwrap_or(0)
}

fn bits(network: &IpNet) -> (u128, u32) {
    let bits = match network {
        IpNet::V4(network) => u128::from(network.network().to_bits()) << 96,
        IpNet::V6(network) => network.network().to_bits(),
    };
    (bits, network.prefix_len().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn network() -> impl Strategy<Value = IpNet> {
        let v4 = ("1(0|28)\\.(0|1|255)\\.0\\.[0-3]", 0..=32_u8);
        let v6 = ("(2001:db8|::8000)::[0-3]", 0..=128_u8);
        let v6 = v6.prop_map(|(address, length)| (address.replace("::8000::", "8000::"), length));
        prop_oneof![v4, v6].prop_map(|(address, length)| {
            let network: IpNet = format!("{address}/{length}").parse().unwrap();
            network.trunc()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2048, ..ProptestConfig::default() })]

        #[test]
        fn all_that_contain_are_reported(networks in proptest::collection::vec(network(), 0..20), one in network()) {
            let mut trie = NetworkTrie::default();
            for (pattern, network) in (0..).zip(&networks) {
                trie.insert(network, pattern);
            }
            let mut reported = Vec::new();
            trie.containing(&one, |pattern| reported.push(pattern));
            reported.sort_unstable();
            let expected = (0..).zip(&networks).filter(|(_, network)| network.contains(&one));
            prop_assert_eq!(reported, expected.map(|(pattern, _)| pattern).collect::<Vec<u32>>());
        }
    }
}
