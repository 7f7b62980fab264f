//! What a kubeconfig that somebody entered may hold. It is somebody's text, read on our machine: one that runs a program
//! or names a file would let whoever may connect a cluster run commands here, or have files sent to a server of theirs.

use kube::config::Kubeconfig;

/// Set to `allow` by the operator, who then trusts everybody who may connect a cluster with this machine.
pub const LOCAL: &str = "EVENKEEL_KUBECONFIG_LOCAL";

/// Whether it is whole in itself, or what in it belongs to this machine.
pub(super) fn check(kubeconfig: &Kubeconfig) -> Result<(), String> {
    for named in &kubeconfig.clusters {
        if named.cluster.as_ref().is_some_and(|cluster| cluster.certificate_authority.is_some()) {
            return Err(refused("certificate-authority", "cluster", &named.name));
        }
    }
    for named in &kubeconfig.auth_infos {
        let Some(user) = &named.auth_info else { continue };
        let local = [
            ("exec", user.exec.is_some()),
            ("auth-provider", user.auth_provider.is_some()),
            ("tokenFile", user.token_file.is_some()),
            ("client-certificate", user.client_certificate.is_some()),
            ("client-key", user.client_key.is_some()),
        ];
        if let Some((field, _)) = local.into_iter().find(|(_, is)| *is) {
            return Err(refused(field, "user", &named.name));
        }
    }
    Ok(())
}

fn refused(field: &str, kind: &str, name: &str) -> String {
    let name = crate::text::printable(&crate::text::clip(name, 100).0);
    format!(
        "{field} of {kind} {name} runs a program or reads a file of the machine that Evenkeel runs on: put the data \
         itself there (kubectl config view --raw --flatten) and a service account's token, or let the operator set \
         {LOCAL}=allow"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(cluster: &str, user: &str) -> Result<(), String> {
        let text = format!(
            "apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster: {{ server: 'https://x', {cluster} }}\n\
             users:\n- name: u\n  user: {{ {user} }}\n"
        );
        check(&Kubeconfig::from_yaml(&text).unwrap())
    }

    #[test]
    fn what_runs_or_reads_on_this_machine_is_refused() {
        assert_eq!(checked("certificate-authority-data: YQ==", "token: t"), Ok(()));
        assert!(checked("certificate-authority: /etc/ssl/ca.pem", "token: t").is_err());
        let users = [
            "exec: { apiVersion: client.authentication.k8s.io/v1, command: sh }",
            "auth-provider: { name: gcp, config: {} }",
            "tokenFile: /etc/shadow",
            "client-certificate: /a",
            "client-key: /b",
        ];
        for user in users {
            let refusal = checked("insecure-skip-tls-verify: false", user).unwrap_err();
            assert!(refusal.contains("of user u") && refusal.contains(LOCAL), "{user}: {refusal}");
        }
    }
}
