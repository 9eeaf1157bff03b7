from reports.models.attachments import Attachment
from reports.models.incidents import Incident, Question, Transition
from reports.models.reports import Report

__all__ = ["Attachment", "Incident", "Question", "Report", "Transition"]
