//! `list_service_accounts`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ListServiceAccountsArgs, ServiceAccount, ServiceAccountList};
use k8s_openapi::api::core::v1;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{collection, is_asked, named_params};
use crate::kubernetes::view::time;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct ListServiceAccounts;

impl Tool<Kube> for ListServiceAccounts {
    type Args = ListServiceAccountsArgs;
    const TITLE: &'static str = "Service accounts";
    const DESCRIPTION: &'static str = "Lists service accounts: whether pods get a token, and the names of the Secrets \
        images are pulled with.";

    async fn call(
        kube: &Kube,
        args: ListServiceAccountsArgs,
    ) -> Result<ServiceAccountList, ToolFailure> {
        let path = collection::<v1::ServiceAccount>(&args.namespace)?;
        let name = args.name.as_deref();
        let params = named_params("service account name", name, args.limit, args.after.as_deref())?;
        let page = kube.list::<v1::ServiceAccount>(path, &params).await?;
        let found = page.items.iter().filter(|account| is_asked(&account.metadata, name));
        let mut accounts: Vec<_> = found.map(account).collect();
        accounts.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(ServiceAccountList { accounts, truncated: page.truncated(), next: page.next() })
    }

    fn summary(list: &ServiceAccountList) -> String {
        format!("{} service accounts.", list.accounts.len())
    }
}

fn account(account: &v1::ServiceAccount) -> ServiceAccount {
    let secrets = account.image_pull_secrets.as_deref().unwrap_or_default();
    ServiceAccount {
        name: account.metadata.name.clone().unwrap_or_default(),
        automount_token: account.automount_service_account_token,
        image_pull_secrets: secrets.iter().take(50).map(|secret| secret.name.clone()).collect(),
        created_at: time(account.metadata.creation_timestamp.as_ref()),
    }
}
