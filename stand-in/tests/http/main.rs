//! The stand-in as a client sees it: every documented behaviour and every fault, over real HTTP.

#[cfg(test)]
mod auth;
#[cfg(test)]
mod client;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod filters;
#[cfg(test)]
mod full_shape;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod list;
#[cfg(test)]
mod misbehaviour;
#[cfg(test)]
mod population;
#[cfg(test)]
mod stix;
