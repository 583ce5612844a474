"""Documents of older and other programs by a LibreOffice without a screen: .doc, .wps, .odt, .rtf -> .docx; .ods, .xlsb -> .xlsx.

It runs with a profile made for the one call, macros and updates of links switched off, no way to the network, and limits on
time, memory and the size of what it writes.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from engine import leftovers
from engine.documents import office_budget
from engine.documents.refusal import refused

SECONDS = 90
"""Of the clock, which also runs while other programs have the machine."""
MAX_BYTES = 50_000_000
_MEGABYTES = 6_000
"""Address space: LibreOffice lays claim to far more than it uses."""
_FILTERS = {
    "doc": ("MS Word 97", "doc"),
    "odt": ("writer8", "odt"),
    "rtf": ("Rich Text Format", "rtf"),
    "ods": ("calc8", "ods"),
    "xlsb": ("Calc MS Excel 2007 Binary", "xlsb"),
}
_NAMES = {
    "doc": "旧版 Word（.doc、.wps）",
    "odt": "OpenDocument（.odt）",
    "rtf": "RTF",
    "ods": "OpenDocument 表格（.ods）",
    "xlsb": "二进制 Excel（.xlsb）",
}
_SHEETS = frozenset({"ods", "xlsb"})
"""Kinds that Calc converts, and become .xlsx; Writer does the others."""
_TARGETS = {"docx": "docx:MS Word 2007 XML", "xlsx": "xlsx:Calc MS Excel 2007 XML"}
_PROGRAMS = ("soffice", "libreoffice")
_PLACES = (
    "/usr/bin/soffice",
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
)
_SETTINGS = (
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("org.openoffice.Office.Calc/Content/Update", "Link", "2"),
    ("org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("org.openoffice.Inet/Settings", "ooInetNoProxy", ""),
)
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{}
</oor:items>
"""


def program() -> str | None:
    """Where LibreOffice is installed, if it is."""
    return next(filter(None, map(shutil.which, _PROGRAMS)), next(filter(os.path.exists, _PLACES), None))


def convert(data: bytes, kind: str, file: str = "", *, seconds: float = SECONDS) -> bytes:
    """The document as .docx, a workbook as .xlsx. `kind` as `kinds` names it.

    Raises InputError where LibreOffice, or the part of it that is needed, is missing or cannot do it.
    """
    name, target = _NAMES[kind], _target(kind)
    soffice = program()
    if soffice is None:
        message = f"这是{name}文件，要先由 LibreOffice 转换，而这台机器上没有安装"
        raise refused(file, message, f"另存为 .{target} 的文件；或安装 LibreOffice（{_package(kind)}）", "input.no-office")
    if not _has_part(soffice, kind):
        part = "Calc（表格）" if kind in _SHEETS else "Writer（文字）"
        message = f"这是{name}文件，要先由 LibreOffice 转换，而这台机器上的 LibreOffice 没有装 {part}部分"
        raise refused(file, message, f"另存为 .{target} 的文件；或装上这一部分（{_package(kind)}）", "input.no-office")
    if len(data) > MAX_BYTES:
        raise refused(file, f"文件过大（超过{MAX_BYTES:,}字节）", f"不超过{MAX_BYTES:,}字节", "input.too-large")
    if kind == "doc" and _is_encrypted(data):
        raise refused(file, "文件加了密码，读不了", "去掉密码的文件", "input.encrypted")
    most = office_budget.take()
    if not most:
        message = f"LibreOffice 在这次运行里已经计算了 {office_budget.of_run()} 秒，这个文件没有读"
        expected = f"分几次运行；用 --office-run-seconds 放宽；或{_by_hand(kind)}"
        raise refused(file, message, expected, "input.too-slow")
    before = _used()
    try:
        made = _run(soffice, data, kind, file, seconds, most)
    finally:
        office_budget.settle(most, _used() - before)
    if made is None:
        message = f"LibreOffice 打不开这个{name}文件，文件已损坏或加了密码"
        raise refused(file, message, _by_hand(kind), "input.damaged")
    return made


def _target(kind: str) -> str:
    return "xlsx" if kind in _SHEETS else "docx"


def _by_hand(kind: str) -> str:
    return f"用 {'Excel' if kind in _SHEETS else 'Word'} 或 WPS 打开后另存为 .{_target(kind)}"


def _package(kind: str) -> str:
    name = "libreoffice-calc" if kind in _SHEETS else "libreoffice-writer"
    return f"Debian、Ubuntu 的软件包名 {name}，Windows、macOS 用安装程序"


def _has_part(soffice: str, kind: str) -> bool:
    """Whether Calc or Writer is installed, told by its library beside the program. Where libraries are kept otherwise, the
    conversion itself has to show it."""
    folder = Path(os.path.realpath(soffice)).parent
    libraries = [path.name for place in (folder, folder.parent / "Frameworks") if place.is_dir() for path in place.iterdir()]
    known = any("swlo" in name or "sclo" in name for name in libraries)
    return not known or any(("sclo" if kind in _SHEETS else "swlo") in name for name in libraries)


def _run(soffice: str, data: bytes, kind: str, file: str, seconds: float, most: int) -> bytes | None:
    """One conversion in a directory of its own, which is removed with all that was left in it."""
    filter_name, extension = _FILTERS[kind]
    with leftovers.scratch() as home:
        source, output, profile = home / f"in.{extension}", home / "out", home / "profile"
        source.write_bytes(data)
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE.format(_settings()), encoding="utf-8")
        command = [
            *_offline(),
            soffice,
            "--headless",
            "--invisible",
            "--norestore",
            "--nolockcheck",
            "--nodefault",
            "--nologo",
            "--nofirststartwizard",
            f"-env:UserInstallation={profile.as_uri()}",
            f"--infilter={filter_name}",
            "--convert-to",
            _TARGETS[_target(kind)],
            "--outdir",
            str(output),
            str(source),
        ]
        environment = {**os.environ, "HOME": str(home), "TMPDIR": str(home), "SAL_USE_VCLPLUGIN": "svp"}
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env=environment,
            start_new_session=True,
        )
        before = _used()
        try:
            _limit(process.pid, most)
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            message = f"LibreOffice 转换了{seconds:g}秒还没有完成，文件过大或结构异常"
            raise refused(file, message, _by_hand(kind), "input.too-slow") from None
        finally:
            _end(process)
        made = output / f"in.{_target(kind)}"
        if not made.is_file():
            if _used() - before >= most:
                message = f"LibreOffice 转换用了{most}秒的计算时间还没有完成，文件过大或结构异常"
                raise refused(file, message, f"{_by_hand(kind)}；或用 --office-file-seconds 放宽", "input.too-slow")
            return None
        if made.stat().st_size > MAX_BYTES:
            raise refused(file, f"转换后过大（超过{MAX_BYTES:,}字节）", f"不超过{MAX_BYTES:,}字节", "input.too-large")
        return made.read_bytes()


def _settings() -> str:
    return "\n".join(
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )


def _offline() -> list[str]:
    """What is put before the command to run it without a network, where the system lets anyone do so."""
    unshare = shutil.which("unshare") if sys.platform == "linux" else None
    if unshare is None:
        return []
    command = [unshare, "--user", "--map-current-user", "--net", "--"]
    tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    return command if tried.returncode == 0 else []


def _limit(pid: int, seconds: int) -> None:
    if sys.platform != "linux":
        return
    import resource

    limits = (resource.RLIMIT_AS, _MEGABYTES << 20), (resource.RLIMIT_CPU, seconds)
    for what, most in (*limits, (resource.RLIMIT_FSIZE, 4 * MAX_BYTES), (resource.RLIMIT_CORE, 0)):
        try:
            hard = resource.prlimit(pid, what)[1]
            most = most if hard < 0 else min(most, hard)
            resource.prlimit(pid, what, (most, most))
        except (ProcessLookupError, PermissionError, ValueError):
            return


def _used() -> float:
    """Seconds of computing of the processes that have ended; 0 where the system does not count them."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _end(process: subprocess.Popen[bytes]) -> None:
    """The process and what it started: soffice is a script that starts the real one."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()


def _is_encrypted(data: bytes) -> bool:
    """What a Word file says of itself in its first bytes (FIB, fEncrypted)."""
    from io import BytesIO

    import olefile  # type: ignore[import-untyped]  # ships no types

    try:
        with olefile.OleFileIO(BytesIO(data)) as container, container.openstream("WordDocument") as stream:
            head = stream.read(12)
    except Exception:  # a damaged file; LibreOffice is to say so
        return False
    return len(head) == 12 and bool(head[11] & 1)
