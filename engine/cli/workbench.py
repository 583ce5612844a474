"""The commands that serve the workbench and keep its accounts. Everything heavy is imported late."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from engine.cli.options import FILE, the_library
from engine.errors import Place, Problem, UsageError
from engine.extras import extra
from engine.files import make_directory

Command = Callable[..., Any]
_ROLES = ("viewer", "editor", "publisher")


@click.command()
@click.option(
    "--port", metavar="N", type=click.IntRange(0, 65535), default=8321, show_default=True, help="端口；0 为任选一个空的。"
)
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="监听的地址；本机以外的须有 --accounts。")
@click.option("--name", "names", metavar="HOST", multiple=True, help="别的机器用来访问的主机名；可以写几次。")
@click.option("--accounts", metavar="FILE", type=FILE, help="账号文件；用 jixiao account add 建立。")
@click.option(
    "--policies", metavar="DIR", type=FILE, default=Path("policies-mine"), show_default=True, help="可以修改的政策放在这个目录。"
)
@click.option("--certificate", metavar="FILE", type=FILE, help="TLS 证书（PEM）。")
@click.option("--key", metavar="FILE", type=FILE, help="TLS 私钥（PEM）。")
@click.option(
    "--forwarded-allow",
    "proxies",
    metavar="ADDRESS",
    multiple=True,
    help="在它后面运行的代理的地址或网段；它说的来访者地址和 https 才算数；可以写几次。",
)
@click.option("--open", "shown", is_flag=True, help="同时在浏览器里打开。")
@extra("workbench")
def workbench(
    port: int,
    host: str,
    names: tuple[str, ...],
    accounts: Path | None,
    policies: Path,
    certificate: Path | None,
    key: Path | None,
    proxies: tuple[str, ...],
    shown: bool,
) -> None:
    """在浏览器里看政策、改政策、核对自评表。只在本机或内网使用，不连外网。"""
    import webbrowser

    from engine.workbench.server import is_loopback, serve

    if not is_loopback(host) and accounts is None:
        told = f"监听 {host} 会让别的机器也能进来，而没有账号"
        raise UsageError(
            Problem(
                Place(), told, "--accounts FILE（先用 jixiao account add 建账号），或只监听本机 127.0.0.1", code="usage.accounts"
            )
        )
    if (certificate is None) != (key is None):
        raise UsageError(Problem(Place(), "--certificate 与 --key 要一起给", code="usage.options"))
    make_directory(policies)
    serve(
        policies=policies.resolve(),
        library=the_library(policies),
        accounts=accounts,
        host=host,
        port=port,
        names=names,
        certificate=certificate,
        key=key,
        proxies=proxies,
        said=lambda text: click.echo(text, err=True),
        opened=webbrowser.open if shown else None,
    )


@click.group()
def account() -> None:
    """工作台的账号：新增或改密码、停用、列出。"""


_file: Callable[[Command], Command] = click.option("--accounts", metavar="FILE", type=FILE, required=True, help="账号文件。")


@account.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), required=True, help="viewer 只看，editor 修改，publisher 修改并发布。")
@click.option("--password-stdin", is_flag=True, help="从标准输入读密码（一行）；不写则提示输入。")
@_file
@extra("workbench")
def add(name: str, role: str, password_stdin: bool, accounts: Path) -> None:
    """新增账号；已有的改角色和密码。"""
    from engine.workbench.accounts import load, save, with_account

    known = load(accounts) if accounts.exists() else {}
    password = (
        sys.stdin.readline().rstrip("\r\n")
        if password_stdin
        else click.prompt("密码", hide_input=True, confirmation_prompt="再输一次")
    )
    save(accounts, with_account(known, name, role, password))
    click.echo(f"{name}：{role}", err=True)


@account.command("disable")
@click.argument("name")
@_file
@extra("workbench")
def disable(name: str, accounts: Path) -> None:
    """停用账号；已登录的立即退出。"""
    from engine.workbench.accounts import disabled, load, save

    save(accounts, disabled(load(accounts), name))


@account.command("token")
@click.argument("name")
@click.option("--revoke", is_flag=True, help="作废它的全部令牌。")
@click.option("--role", type=click.Choice(_ROLES), default=None, help="令牌至多有这个角色的权限；不写则与账号相同。")
@click.option("--days", metavar="N", type=click.IntRange(1, 3650), help="令牌从今天起管几天；不写则一直有效。")
@_file
@extra("workbench")
def token(name: str, revoke: bool, role: str | None, days: int | None, accounts: Path) -> None:
    """给别的系统一个令牌，以这个账号的名义调用接口；只打印这一次，不存原文。"""
    from engine.workbench.accounts import load, save, with_token, without_tokens

    if revoke:
        save(accounts, without_tokens(load(accounts), name))
        click.echo(f"{name}：令牌已全部作废", err=True)
        return
    until = date.today() + timedelta(days=days - 1) if days else None
    known, made = with_token(load(accounts), name, role or "", until)
    save(accounts, known)
    click.echo(made)
    click.echo("请求里带上：Authorization: Bearer 令牌", err=True)


@account.command("list")
@_file
@extra("workbench")
def listing(accounts: Path) -> None:
    """列出账号。"""
    from engine.workbench.accounts import load

    for one in load(accounts).values():
        more = [*(["已停用"] if one.disabled else []), *([f"{len(one.tokens)} 个令牌"] if one.tokens else [])]
        click.echo("\t".join([one.name, one.role, *more]))
