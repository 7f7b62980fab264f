//! `evenkeel user`: people, from the command line.

use std::io::Read;

use anyhow::Context;
use clap::Subcommand;
use evenkeel_domain::access::Role;
use evenkeel_services::NewUser;
use serde_json::json;

use super::{OPERATOR, print};
use crate::{config::Config, wiring};

/// What `user` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a person; prints the password if one was made.
    Create {
        /// Their e-mail address.
        #[arg(long)]
        email: String,
        /// viewer, responder, approver or admin.
        #[arg(long)]
        role: Role,
        /// Read the password from standard input instead of making one.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give a person another password; prints it if one was made.
    Password {
        /// Their e-mail address.
        #[arg(long)]
        email: String,
        /// Read the password from standard input instead of making one.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give a person another role.
    Role {
        /// Their e-mail address.
        #[arg(long)]
        email: String,
        /// viewer, responder, approver or admin.
        #[arg(long)]
        role: Role,
    },
    /// List the people.
    List,
}

/// Runs it.
pub async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let services = wiring::platform(&config).await?.services;
    let organisation = services.first_organisation("default").await?;
    match command {
        Command::Create { email, role, password_stdin } => {
            let password = if password_stdin { Some(read_password()?.into()) } else { None };
            let new = NewUser { email, role, password };
            let (user, made) = services.add_user(organisation, OPERATOR.into(), new).await?;
            let value = json!({ "id": user.id, "email": user.email, "role": user.role,
                                "password": made });
            print(json, &value, |_| match &made {
                Some(made) => {
                    format!("{} ({})\nPassword, shown this once: {made}", user.email, role.as_str())
                }
                None => format!("{} ({})", user.email, role.as_str()),
            });
        }
        Command::Password { email, password_stdin } => {
            let password = if password_stdin { Some(read_password()?.into()) } else { None };
            let made = services.set_password(&email, OPERATOR.into(), password).await?;
            print(json, &json!({ "email": email, "password": made }), |_| match &made {
                Some(made) => format!("{email}\nPassword, shown this once: {made}"),
                None => format!("{email}: the password is changed"),
            });
        }
        Command::Role { email, role } => {
            let user = services.set_role_as_operator(&email, OPERATOR.into(), role).await?;
            print(json, &user, |user| format!("{} ({})", user.email, user.role.as_str()));
        }
        Command::List => {
            let users = services.people(organisation).await?;
            print(json, &users, |users| {
                let lines = users.iter().map(|u| format!("{:10} {}", u.role.as_str(), u.email));
                lines.collect::<Vec<_>>().join("\n")
            });
        }
    }
    Ok(())
}

/// The first line of standard input.
fn read_password() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().take(4_096).read_to_string(&mut text).context("cannot read the password")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
