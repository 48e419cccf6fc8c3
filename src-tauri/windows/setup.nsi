; The installer of 众创台账 on Windows: for one person, without administrator rights.
;
; `cargo xtask dist windows` gives: VERSION (0.1.0), STAGE (folder with the files to install), OUT (the
; installer to write), and where they apply STUB (amd64-unicode where makensis has it) and QUICK (pack fast
; for a trial). The same files give the same installer, byte by byte.

Unicode true
!ifdef STUB
  Target ${STUB}
!endif
!ifdef QUICK
  SetCompressor zlib
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 32
!endif
SetDateSave off
SetDatablockOptimize on
CRCCheck force
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS Win10

!include MUI2.nsh
!include nsDialogs.nsh
!include LogicLib.nsh

!define NAME "众创台账"
!define WORDS "删除台账数据"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define WEBVIEW2 "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"
!define WEBVIEW2_SETUP "MicrosoftEdgeWebView2RuntimeInstallerX64.exe"
; The usual data folder, as src-tauri/core/src/place.rs has it.
!define LEDGER "$LOCALAPPDATA\${NAME}"

Name "${NAME}"
Caption "${NAME} ${VERSION} 安装"
UninstallCaption "${NAME} 卸载"
BrandingText "${NAME} ${VERSION}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "Software\${NAME}" "Folder"
AllowSkipFiles off
ShowInstDetails nevershow
ShowUninstDetails nevershow

VIProductVersion "${VERSION}.0"
VIFileVersion "${VERSION}.0"
VIAddVersionKey /LANG=2052 "ProductName" "${NAME}"
VIAddVersionKey /LANG=2052 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=2052 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=2052 "FileDescription" "${NAME}安装程序"
VIAddVersionKey /LANG=2052 "CompanyName" "${NAME}"
VIAddVersionKey /LANG=2052 "LegalCopyright" "MIT"

!define MUI_ICON "${STAGE}/icon.ico"
!define MUI_UNICON "${STAGE}/icon.ico"
!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TITLE "安装${NAME} ${VERSION}"
!define MUI_WELCOMEPAGE_TEXT "众创空间的离线台账与季报。$\r$\n$\r$\n只为当前用户安装，不需要管理员权限，不需要上网。已经装过时会在原处升级，台账数据不受影响。$\r$\n$\r$\n升级前请先关闭${NAME}。"
!define MUI_FINISHPAGE_RUN "$INSTDIR\taizhang.exe"
!define MUI_FINISHPAGE_RUN_TEXT "打开${NAME}"
!insertmacro MUI_PAGE_WELCOME
!define MUI_PAGE_CUSTOMFUNCTION_LEAVE NotIntoLedger
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
UninstPage custom un.AskLedger un.AnswerLedger
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE SimpChinese

Var Field
Var Typed
Var Tries

; A running program cannot be replaced or removed: Windows lets nobody write to its file.
!macro WAIT_UNTIL_CLOSED un
Function ${un}WaitUntilClosed
  StrCpy $Tries 0
  again:
  StrCpy $1 "$INSTDIR\taizhang.exe"
  Call ${un}IsOpen
  StrCmp $0 1 open
  StrCpy $1 "$INSTDIR\taizhang-cli.exe"
  Call ${un}IsOpen
  StrCmp $0 1 open
  Return
  open:
  IfSilent quiet
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${NAME}正在运行。$\r$\n$\r$\n请先保存并关闭它，再点“重试”。" IDRETRY again
  SetErrorLevel 3
  Quit
  quiet:
  IntOp $Tries $Tries + 1
  IntCmp $Tries 20 0 wait 0
  SetErrorLevel 3
  Quit
  wait:
  Sleep 250
  Goto again
FunctionEnd

; $0 is 1 when the file $1 is there and in use.
Function ${un}IsOpen
  StrCpy $0 0
  IfFileExists "$1" 0 done
  ClearErrors
  FileOpen $2 "$1" a
  IfErrors 0 close
  StrCpy $0 1
  Goto done
  close:
  FileClose $2
  done:
FunctionEnd
!macroend
!insertmacro WAIT_UNTIL_CLOSED ""
!insertmacro WAIT_UNTIL_CLOSED "un."

; Program and data apart: removing the one must not find the other.
Function NotIntoLedger
  IfFileExists "$INSTDIR\taizhang.db" 0 apart
  MessageBox MB_OK|MB_ICONEXCLAMATION "“$INSTDIR”是台账的数据文件夹，请把程序装到别的文件夹。"
  Abort
  apart:
FunctionEnd

Section "-${NAME}"
  SetShellVarContext current
  IfFileExists "$INSTDIR\taizhang.db" 0 apart
  SetErrorLevel 4
  Quit
  apart:
  Call WaitUntilClosed

  ; The shortcut on the desktop is made once; who has thrown it away does not find it there again.
  ReadRegStr $3 HKCU "Software\${NAME}" "Folder"

  SetOutPath "$INSTDIR\assets\forms"
  Delete "$INSTDIR\assets\forms\*.toml"
  File "${STAGE}/assets/forms/*.toml"
  SetOutPath "$INSTDIR\assets\programmes"
  Delete "$INSTDIR\assets\programmes\*.toml"
  File "${STAGE}/assets/programmes/*.toml"
  SetOutPath "$INSTDIR"
  File "${STAGE}/taizhang.exe"
  File "${STAGE}/taizhang-cli.exe"
  File /nonfatal "${STAGE}/WebView2Loader.dll"
  File "${STAGE}/使用说明.html"
  File "${STAGE}/LICENSE.txt"
  WriteUninstaller "$INSTDIR\uninstall.exe"

  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\taizhang.exe"
  StrCmp $3 "" 0 again
  CreateShortcut "$DESKTOP\${NAME}.lnk" "$INSTDIR\taizhang.exe"
  again:

  WriteRegStr HKCU "Software\${NAME}" "Folder" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\taizhang.exe"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1

  Call OfferWebView2
SectionEnd

; Windows 11 brings it, some Windows 10 do not. The installer without network lies beside ours, or the program
; itself says later what to do.
Function OfferWebView2
  IfSilent done
  ReadRegStr $0 HKLM "SOFTWARE\WOW6432Node\${WEBVIEW2}" "pv"
  StrCmp $0 "" 0 done
  ReadRegStr $0 HKLM "SOFTWARE\${WEBVIEW2}" "pv"
  StrCmp $0 "" 0 done
  ReadRegStr $0 HKCU "Software\${WEBVIEW2}" "pv"
  StrCmp $0 "" 0 done
  IfFileExists "$EXEDIR\${WEBVIEW2_SETUP}" 0 tell
  MessageBox MB_YESNO|MB_ICONINFORMATION "这台电脑没有 Microsoft Edge WebView2 运行时，${NAME}要用它显示窗口。$\r$\n$\r$\n现在用旁边的离线安装程序装上吗？" IDNO done
  ExecWait '"$EXEDIR\${WEBVIEW2_SETUP}"'
  Goto done
  tell:
  MessageBox MB_OK|MB_ICONINFORMATION "这台电脑没有 Microsoft Edge WebView2 运行时，${NAME}要用它显示窗口。$\r$\n$\r$\n请在能上网的电脑上下载 ${WEBVIEW2_SETUP}(见“使用说明”)，放到“$INSTDIR”里，再打开${NAME}。"
  done:
FunctionEnd

; Uninstalling leaves the data alone unless the person types that it shall go. Without a window nobody types.
Function un.AskLedger
  nsDialogs::Create 1018
  Pop $0
  !insertmacro MUI_HEADER_TEXT "卸载${NAME}" "台账数据默认保留。"
  ${NSD_CreateLabel} 0 0 100% 46u "将从“$INSTDIR”删除程序。$\r$\n$\r$\n台账数据保留在：$\r$\n${LEDGER}$\r$\n以后重新安装即可继续使用。放在其他位置的台账在任何情况下都不会删除。"
  Pop $0
  ${NSD_CreateLabel} 0 56u 100% 28u "只有确实要连台账数据、备份和佐证材料一起永久删除时，才在下面逐字输入“${WORDS}”；否则请留空："
  Pop $0
  ${NSD_CreateText} 0 88u 60% 13u ""
  Pop $Field
  nsDialogs::Show
FunctionEnd

Function un.AnswerLedger
  ${NSD_GetText} $Field $Typed
  StrCmp $Typed "" done
  StrCmp $Typed "${WORDS}" done
  MessageBox MB_OK|MB_ICONEXCLAMATION "输入的文字与“${WORDS}”不同。$\r$\n$\r$\n保留台账数据请留空；删除请逐字输入。"
  Abort
  done:
FunctionEnd

Section "un.${NAME}"
  SetShellVarContext current
  Call un.WaitUntilClosed
  ; Only what was installed, by name: whatever else lies there is the person's own.
  Delete "$INSTDIR\assets\forms\*.toml"
  Delete "$INSTDIR\assets\programmes\*.toml"
  RMDir "$INSTDIR\assets\forms"
  RMDir "$INSTDIR\assets\programmes"
  RMDir "$INSTDIR\assets"
  Delete "$INSTDIR\taizhang.exe"
  Delete "$INSTDIR\taizhang-cli.exe"
  Delete "$INSTDIR\WebView2Loader.dll"
  Delete "$INSTDIR\使用说明.html"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  Delete "$DESKTOP\${NAME}.lnk"
  ; What the window keeps for itself of its own pages; no record is in it.
  RMDir /r "$LOCALAPPDATA\cn.zhongchuang.taizhang\EBWebView"
  RMDir "$LOCALAPPDATA\cn.zhongchuang.taizhang"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\${NAME}"

  IfSilent keep
  StrCmp $Typed "${WORDS}" 0 keep
  IfFileExists "${LEDGER}\taizhang.db" 0 keep
  RMDir /r "${LEDGER}\attachments"
  RMDir /r "${LEDGER}\backups"
  RMDir /r "${LEDGER}\forms"
  RMDir /r "${LEDGER}\programmes"
  FindFirst $0 $1 "${LEDGER}\damaged-*"
  next:
  StrCmp $1 "" found
  RMDir /r "${LEDGER}\$1"
  FindNext $0 $1
  Goto next
  found:
  FindClose $0
  Delete "${LEDGER}\taizhang.db*"
  Delete "${LEDGER}\settings*.json"
  Delete "${LEDGER}\state"
  Delete "${LEDGER}\lock"
  Delete "${LEDGER}\holder"
  RMDir "${LEDGER}"
  keep:
SectionEnd
