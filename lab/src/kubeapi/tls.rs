//! The range's own certificate authority and server certificate.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::files::write_private;

/// File names inside the folder.
const CA: &str = "ca.crt";
const CERT: &str = "server.crt";
const KEY: &str = "server.key";

/// Makes the certificates in `dir` unless they are there, and returns the CA as PEM.
pub fn ensure(dir: &Path) -> Result<String> {
    let ca_file = dir.join(CA);
    if ca_file.exists() && dir.join(CERT).exists() && dir.join(KEY).exists() {
        return std::fs::read_to_string(&ca_file).context("reading the range's CA");
    }
    let ca_key = KeyPair::generate()?;
    let mut ca = CertificateParams::new(Vec::<String>::new())?;
    ca.distinguished_name.push(DnType::CommonName, "practice range CA");
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_cert = ca.self_signed(&ca_key)?;
    let issuer = Issuer::new(ca, ca_key);

    let key = KeyPair::generate()?;
    let mut server =
        CertificateParams::new(vec!["localhost".to_owned(), "kubernetes.default.svc".to_owned()])?;
    server.distinguished_name.push(DnType::CommonName, "practice range API server");
    server.subject_alt_names.push(SanType::IpAddress(std::net::Ipv4Addr::LOCALHOST.into()));
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let cert = server.signed_by(&key, &issuer)?;

    write_private(&dir.join(KEY), &key.serialize_pem())?;
    write_private(&dir.join(CERT), &cert.pem())?;
    write_private(&ca_file, &ca_cert.pem())?;
    Ok(ca_cert.pem())
}

/// The TLS configuration of the server.
pub fn server_config(dir: &Path) -> Result<Arc<ServerConfig>> {
    let certs: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(dir.join(CERT))?
        .collect::<Result<_, _>>()
        .context("reading the server certificate")?;
    let key = PrivateKeyDer::from_pem_file(dir.join(KEY)).context("reading the server key")?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certs, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
