"""Forms of people, by what they are for."""

from lms.people.forms.access import GrantForm, JobForm, ProgrammeForm, SiteForm
from lms.people.forms.records import DetailsForm, HireForm, LeaveForm, PermitForm, RehireForm, TransferForm
from lms.people.forms.signin import CodeForm, EmptyForm, PasswordForm, SignInForm

__all__ = [
    "CodeForm",
    "DetailsForm",
    "EmptyForm",
    "GrantForm",
    "HireForm",
    "JobForm",
    "LeaveForm",
    "PasswordForm",
    "PermitForm",
    "ProgrammeForm",
    "RehireForm",
    "SignInForm",
    "SiteForm",
    "TransferForm",
]
